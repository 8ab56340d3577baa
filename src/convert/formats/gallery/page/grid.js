"use strict";
// All items that fit, as cards. Only those in sight are in the page, however many there are.

const grid = (() => {
    const { el, name } = tools;
    // A card is at least so wide, and so high, its distance to the next one included.
    const WIDTH = 208;
    const HEIGHT = 206;
    // Rows of cards above and below the sight.
    const MARGIN = 2;

    let found = [];
    let link = () => "#";
    let scroller = null;
    let sheet = null;
    const cards = new Map();

    const columns = () => Math.max(1, Math.floor((scroller.clientWidth - 12) / WIDTH));

    // Fills a card when its item is there.
    async function fill(into, index) {
        const item = await gallery.item(index);
        if (!into.isConnected || !item) return;
        const frame = el("div", { class: "frame" });
        media.thumbnail(item, frame);
        into.querySelector(".picture").replaceChildren(frame);
        into.setAttribute("aria-label", words.say("picture_of", { name: item.name, n: item.annotations.length }));
    }

    function card(place) {
        const index = found[place];
        const row = gallery.loaded[index];
        const { facts } = gallery.about;
        const dots = [];
        for (let i = 0; i < row[7].length && dots.length < 8; i += 2) {
            const dot = el("span", { class: "swatch" });
            dot.style.background = tools.colour(facts.classes[row[7][i]]);
            dots.push(dot);
        }
        let objects = 0;
        for (let i = 1; i < row[8].length; i += 2) objects += row[8][i];
        const made = el("a", { class: "card", href: link(row[0]), "data-place": place, "aria-label": row[0] },
            el("div", { class: "picture" }),
            el("div", { class: "caption" }, el("span", { class: "text", title: tools.plain(row[0]) }, name(row[0])), el("span", { class: "count" }, words.number(objects))),
            el("div", { class: "dots" }, ...dots, row[9].length ? el("span", { class: "bad", title: words.say("reason") }, "!") : null));
        fill(made, index);
        return made;
    }

    // Brings the cards in sight into the page, and takes the others out.
    function lay() {
        if (!scroller || !scroller.isConnected) return;
        const n = columns();
        const width = Math.floor((scroller.clientWidth - 12) / n);
        const rows = Math.ceil(found.length / n);
        sheet.style.setProperty("--card", `${width}px`);
        sheet.style.height = `${rows * HEIGHT}px`;
        const first = Math.max(0, Math.floor(scroller.scrollTop / HEIGHT) - MARGIN) * n;
        const last = Math.min(found.length, (Math.ceil((scroller.scrollTop + scroller.clientHeight) / HEIGHT) + MARGIN) * n);
        for (const [place, one] of cards) {
            if (place < first || place >= last) {
                one.remove();
                cards.delete(place);
            }
        }
        for (let place = first; place < last; place++) {
            let one = cards.get(place);
            if (!one) {
                one = card(place);
                cards.set(place, one);
                sheet.append(one);
            }
            one.style.transform = `translate(${(place % n) * width}px, ${Math.floor(place / n) * HEIGHT}px)`;
        }
    }

    // Moves the focus from card to card.
    function keys(event) {
        const at = event.target.closest?.(".card");
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() }[event.key];
        if (!at || !step || event.altKey || event.ctrlKey || event.metaKey) return;
        const place = Number(at.dataset.place) + step;
        if (place < 0 || place >= found.length) return;
        event.preventDefault();
        focus(place);
    }

    function focus(place) {
        const top = Math.floor(place / columns()) * HEIGHT;
        if (top < scroller.scrollTop) scroller.scrollTop = top;
        if (top + HEIGHT > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + HEIGHT - scroller.clientHeight;
        lay();
        cards.get(place)?.focus({ preventScroll: true });
    }

    addEventListener("resize", () => lay());

    return {
        // Shows the items of these numbers. `linkOf(name)` is the address of an item in the page.
        show(into, numbers, linkOf) {
            const same = scroller && scroller.parentElement === into;
            found = numbers;
            link = linkOf;
            if (!same) {
                scroller = el("div", { class: "scroller", onscroll: () => requestAnimationFrame(lay), onkeydown: keys });
                sheet = el("div", { class: "sheet" });
                scroller.append(sheet);
                into.replaceChildren(scroller);
            }
            sheet.replaceChildren();
            cards.clear();
            if (!found.length) sheet.append(el("p", { class: "note" }, words.say(gallery.about.count ? "none" : "empty")));
            lay();
        },
        // Moves to the card of an item.
        reveal(index) {
            const place = found.indexOf(index);
            if (place >= 0 && scroller) focus(place);
        },
        top() {
            if (scroller) scroller.scrollTop = 0;
        },
    };
})();
