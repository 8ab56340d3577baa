"use strict";
// Elements, colours and addresses. Nothing here or elsewhere makes elements from text: names from the data stay text.

const tools = (() => {
    const SVG = "http://www.w3.org/2000/svg";

    function fill(element, attributes, children) {
        for (const [key, value] of Object.entries(attributes)) {
            if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
            else if (value === true) element.setAttribute(key, "");
            else if (value !== false && value != null) element.setAttribute(key, value);
        }
        element.append(...children.filter(child => child != null));
        return element;
    }

    // A number from 0 to 2³² that depends on a text only (FNV-1a, its bits mixed).
    function hash(text) {
        let h = 0x811c9dc5;
        for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
        h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
        return (h ^ (h >>> 13)) >>> 0;
    }

    // Characters that cannot be seen, or that turn the direction of writing around, by their number.
    const plain = text => String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
        c => `‹U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}›`);

    return {
        plain,
        // An element of HTML. Strings among the children become text.
        el: (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children),
        // An element of SVG.
        svg: (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children),
        // A name from the data: its direction of writing does not reach beyond it.
        name: text => fill(document.createElement("bdi"), {}, [plain(text)]),
        // The colour of a class, the same in every dataset: bright enough on dark, dark enough on light.
        colour(name) {
            const h = hash(name);
            return `hsl(${h % 360} ${60 + (h >>> 9) % 26}% ${46 + (h >>> 17) % 10}%)`;
        },
        // The address of a file of the dataset; its name may have any character.
        address: path => path.split("/").map(encodeURIComponent).join("/"),
        // A URL from the data when it is one of a web server, else null.
        web(url) {
            try {
                const { protocol, href } = new URL(url);
                return protocol === "https:" || protocol === "http:" ? href : null;
            } catch {
                return null;
            }
        },
        // JSON from the data, or null.
        parse(json) {
            try {
                return JSON.parse(json);
            } catch {
                return null;
            }
        },
        // Says something to those who listen to the page.
        announce(text) {
            document.getElementById("said").textContent = text;
        },
    };
})();
