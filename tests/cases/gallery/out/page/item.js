"use strict";
// One item, as large as the window allows, and all that is known of it.

const itemView = (() => {
    const { el, name } = tools;
    // What stays from one item to the next.
    let labels = true;
    let shapes = true;
    let zoom = 1;
    // What the keys act on.
    let stage = null;
    let shown = null;

    function facts(item, filter) {
        const row = (key, text, facet) => text ? [el("dt", {}, words.say(key)), el("dd", {}, facet ? el("a", { href: filter(facet, text) }, name(text)) : name(text))] : [];
        return el("dl", {},
            ...row("item", item.item),
            ...row("media", item.media),
            ...row("split", item.split, "split"),
            ...(item.size && !item.shares ? row("pixels", `${item.size[0]} × ${item.size[1]}`) : []),
            ...row("labeler", item.labeler),
            ...row("status", item.status, "status"),
            ...row("review", item.review, "review"),
            ...row("day", item.day));
    }

    // The place of an annotation in numbers, as it is written in the data.
    function place(a) {
        const told = numbers => numbers.map(n => n === null ? "?" : String(Math.round(n * 100) / 100)).join(", ");
        const pixels = runs => `${words.number(runs.filter((_, i) => i % 2).reduce((sum, n) => sum + n, 0))} px`;
        if (a.box) return a.box[4] ? `${told(a.box.slice(0, 4))}, ∠ ${Math.round(a.box[4] * 1000) / 1000}` : told(a.box.slice(0, 4));
        if (a.points) return told(a.points.slice(0, 20));
        if (a.runs) return pixels(a.runs);
        if (a.columns) return pixels(a.columns);
        if (a.rings) return `${a.rings.reduce((sum, ring) => sum + ring.length / 2, 0)} pt`;
        if (a.line) return `${a.line.length / 2} pt`;
        if (a.frames) return `${a.frames.length} × ${words.say("frame")}`;
        return "";
    }

    // What a check has found in the item: the rule, what it says, where, and the annotation that it is about.
    function findings(item) {
        if (!item.findings?.length) return [];
        const one = ([code, message, where, index]) => el("li", { class: "finding", "data-about": index, onmouseenter: () => point(index, true), onmouseleave: () => point(index, false) },
            el("div", { class: "head" }, check.severity(code), el("strong", {}, code)),
            el("div", {}, name(message)),
            el("div", { class: "more" }, check.meaning(code)),
            el("div", { class: "more" }, index === null ? name(where) : el("button", { type: "button", class: "plain", onclick: () => pick(index) }, name(where))));
        return [el("h3", {}, `${words.say("findings")} (${words.number(item.findings.length)})`), el("ul", { class: "annotations" }, ...item.findings.map(one))];
    }

    // Shows which annotation is meant.
    function pick(index) {
        const line = document.querySelector(`.annotations li[data-index="${index}"]`);
        line?.scrollIntoView({ block: "nearest" });
        line?.querySelector("input").focus();
    }

    // The list of annotations; pointing at one shows which shape it is.
    function list(item) {
        if (!item.annotations.length) return el("p", { class: "note" }, words.say("no_annotations"));
        return el("ol", { class: "annotations" }, ...item.annotations.map((a, index) => {
            const swatch = el("span", { class: "swatch" });
            swatch.style.background = tools.colour(a.class || "");
            const box = el("input", { type: "checkbox", checked: true, "aria-label": `${words.say("show")}: ${a.class || a.id}`, onchange: e => hide(index, !e.target.checked) });
            const line = el("li", { "data-index": index, onmouseenter: () => point(index, true), onmouseleave: () => point(index, false), onfocusin: () => point(index, true), onfocusout: () => point(index, false) },
                el("div", { class: "head" }, box, swatch, el("strong", { class: "text" }, a.class ? name(a.class) : words.say("unset")), el("span", { class: "tag" }, name(a.tool || ""))),
                el("div", { class: "more" }, place(a)),
                a.problem ? el("div", { class: "bad" }, `${words.reason(a.problem)} (${a.problem})`) : null,
                ...(a.attributes || []).map(([key, value]) => el("div", { class: "more" }, name(key), ": ", name(value))),
                ...(a.raw || []).map(([key, value]) => el("details", { class: "more" }, el("summary", {}, name(key)), el("code", {}, name(value.length > 5000 ? value.slice(0, 5000) + "…" : value)))));
            return line;
        }));
    }

    const parts = index => stage ? stage.querySelectorAll(`[data-index="${index}"]`) : [];

    function point(index, on) {
        parts(index).forEach(one => one.classList.toggle("pointed", on));
        document.querySelector(`.annotations [data-index="${index}"]`)?.classList.toggle("pointed", on);
    }

    function hide(index, on) {
        parts(index).forEach(one => one.classList.toggle("off", on));
    }

    // Names at the top left corners of the shapes, of one size at any zoom.
    function nameShapes(item, frame) {
        if (!item.size) return;
        const [width, height] = item.size;
        item.annotations.forEach((a, index) => {
            if (a.points && a.points.length === 2) return;
            const box = draw.extent(draw.points(a, width));
            if (!box || !box.every(Number.isFinite)) return;
            const tag = el("span", { class: "label", "data-index": index }, name(a.class || ""));
            tag.style.left = `${Math.min(98, Math.max(0, (box[0] / width) * 100))}%`;
            tag.style.maxWidth = `max(70px, ${100 - (box[0] / width) * 100}%)`;
            tag.style.top = `${Math.min(100, Math.max(0, (box[1] / height) * 100))}%`;
            tag.style.setProperty("--colour", tools.colour(a.class || ""));
            frame.append(tag);
        });
    }

    function setZoom(to) {
        if (!stage) return;
        const before = zoom;
        zoom = Math.min(32, Math.max(1, to));
        const { scrollLeft, scrollTop, clientWidth, clientHeight } = stage;
        stage.style.setProperty("--zoom", zoom);
        stage.classList.toggle("close", zoom > 4);
        // What was in the middle stays there.
        stage.scrollLeft = (scrollLeft + clientWidth / 2) * (zoom / before) - clientWidth / 2;
        stage.scrollTop = (scrollTop + clientHeight / 2) * (zoom / before) - clientHeight / 2;
    }

    function toggle() {
        if (!stage) return;
        stage.classList.toggle("no-labels", !labels);
        stage.classList.toggle("no-shapes", !shapes);
        document.querySelectorAll("[data-toggle]").forEach(one => one.setAttribute("aria-pressed", String(one.dataset.toggle === "labels" ? labels : shapes)));
    }

    // Moves a picture that is larger than its place with the mouse, and zooms with the wheel and Ctrl.
    function hands(into) {
        let from = null;
        into.addEventListener("pointerdown", e => {
            if (e.button === 0 && e.pointerType === "mouse") from = [e.clientX + into.scrollLeft, e.clientY + into.scrollTop];
        });
        into.addEventListener("pointermove", e => {
            if (!from || !(e.buttons & 1)) return (from = null);
            into.scrollTo(from[0] - e.clientX, from[1] - e.clientY);
        });
        into.addEventListener("wheel", e => {
            if (!e.ctrlKey && !e.metaKey) return;
            e.preventDefault();
            setZoom(zoom * (e.deltaY < 0 ? 1.25 : 0.8));
        }, { passive: false });
        hover(into);
    }

    // Shows in the list which annotation the mouse is at.
    function hover(into) {
        into.addEventListener("mouseover", e => {
            const index = e.target.closest?.("[data-index]")?.dataset.index;
            document.querySelectorAll(".annotations .pointed").forEach(one => one.classList.remove("pointed"));
            if (index !== undefined) document.querySelector(`.annotations [data-index="${index}"]`)?.classList.add("pointed");
        });
    }

    function buttons(picture) {
        const button = (key, text, act, more = {}) => el("button", { type: "button", "aria-label": words.say(key), title: words.say(key), onclick: act, ...more }, text);
        if (!picture) return [];
        return [
            button("zoom_out", "−", () => setZoom(zoom / 1.5)),
            button("fit", "⤢", () => setZoom(1)),
            button("zoom_in", "+", () => setZoom(zoom * 1.5)),
            button("labels", words.say("labels"), () => { labels = !labels; toggle(); }, { "data-toggle": "labels" }),
            button("shapes", words.say("shapes"), () => { shapes = !shapes; toggle(); }, { "data-toggle": "shapes" }),
        ];
    }

    return {
        // Shows an item: its number, its place among those that fit, and where to go from it.
        async show(into, index, { place: at, total, previous, next, back, filter, self }) {
            const item = await gallery.item(index);
            if (!item) return;
            shown = index;
            const picture = media.isPicture(item);
            const warning = el("p", { class: "bad", role: "alert", hidden: true });
            const say = text => {
                warning.textContent = text;
                warning.hidden = false;
            };
            const step = (key, to, sign) => el(to ? "a" : "span", to ? { href: to, class: "button", rel: key === "previous" ? "prev" : "next" } : { class: "button none", "aria-disabled": "true" }, sign, " ", words.say(key));
            stage = el("div", { class: "stage", tabindex: "0", role: "img", "aria-label": words.say("picture_of", { name: item.name, n: item.annotations.length }) });
            into.replaceChildren(el("div", { class: "item" },
                el("div", { class: "bar" },
                    el("a", { href: back, class: "button" }, "← ", words.say("back")), step("previous", previous, "‹"), step("next", next, "›"),
                    at > 0 ? el("span", { class: "note" }, words.say("of", { n: words.number(at), all: words.number(total) })) : null,
                    el("span", { class: "space" }), ...buttons(picture)),
                el("div", { class: "both" },
                    stage,
                    el("div", { class: "panel" },
                        el("h2", {}, el("a", { href: self, title: words.say("link") }, name(item.name))), warning, item.shares ? el("p", { class: "note" }, words.say("shares")) : null, facts(item, filter), ...findings(item),
                        el("h3", {}, `${words.say("annotations")} (${words.number(item.annotations.length)})`), list(item)))));
            if (picture) {
                const frame = el("div", { class: "frame" });
                stage.append(frame);
                media.picture(item, frame, say);
                nameShapes(item, frame);
                hands(stage);
                setZoom(zoom);
                toggle();
            } else {
                stage.classList.add("other");
                stage.removeAttribute("role");
                media.view(item, stage, say);
                hover(stage);
            }
            tools.announce(words.say("picture_of", { name: item.name, n: item.annotations.length }));
        },
        // What a key does here; false: nothing.
        key(key) {
            if (!stage || !stage.isConnected) return false;
            if (key === "+" || key === "=") setZoom(zoom * 1.5);
            else if (key === "-") setZoom(zoom / 1.5);
            else if (key === "0") setZoom(1);
            else if (key === "l") labels = !labels;
            else if (key === "s") shapes = !shapes;
            else return false;
            toggle();
            return true;
        },
        get shown() {
            return shown;
        },
    };
})();
