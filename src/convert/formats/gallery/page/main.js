"use strict";
// The page: its state is the fragment of its address, so that every view has a link.

(() => {
    const { el } = tools;
    const top = document.getElementById("top");
    const aside = document.getElementById("filters");
    const main = document.getElementById("main");

    // Besides the items.
    const VIEWS = ["overview", "findings"];

    let state = new URLSearchParams();
    let found = [];
    let counts = [];
    let ready = false;

    // The address of this page with some things changed; null takes one out.
    function address(changes, from = state) {
        const next = new URLSearchParams(from);
        for (const [key, value] of Object.entries(changes)) {
            if (value === null || value === "") next.delete(key);
            else next.set(key, value);
        }
        return `#${next}`;
    }

    const onlyWith = (facet, answer) => address({ [facet]: answer }, keep(["lang", "theme"]));

    // The state with nothing but these.
    function keep(keys) {
        const next = new URLSearchParams();
        for (const key of keys) if (state.has(key)) next.set(key, state.get(key));
        return next;
    }

    function go(to) {
        if (to !== location.hash) location.hash = to;
    }

    function change(facet, answer) {
        const next = new URLSearchParams(state);
        const chosen = next.getAll(facet);
        next.delete(facet);
        const others = chosen.filter(one => one !== answer);
        for (const one of others.length === chosen.length ? [...chosen, answer] : others) next.append(facet, one);
        next.delete("view");
        next.delete("item");
        go(`#${next}`);
    }

    function clear() {
        go(`#${keep(["lang", "theme", "q"])}`);
    }

    const isDark = () => document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);

    function header() {
        const { about } = gallery;
        const old = document.getElementById("q");
        const typing = old && old === document.activeElement ? [old.selectionStart, old.selectionEnd] : null;
        const q = el("input", { id: "q", type: "search", value: state.get("q") || "", placeholder: words.say("search"), "aria-label": words.say("search") });
        q.addEventListener("input", () => go(address({ q: q.value, view: null, item: null })));
        const tab = (key, to, on) => el("a", { href: to, class: "tab", "aria-current": on ? "page" : null }, words.say(key));
        const view = state.get("view");
        const part = gallery.loaded.length < about.count ? words.say("loading", { n: words.number(gallery.loaded.length), all: words.number(about.count) })
            : words.say("shown", { n: words.number(found.length), all: words.number(about.count) });
        top.replaceChildren(
            el("h1", {}, words.say("title")),
            el("nav", { "aria-label": words.say("views") }, tab("items", address({ view: null, item: null }), !VIEWS.includes(view)), tab("overview", address({ view: "overview", item: null }), view === "overview"),
                about.check ? tab("findings", address({ view: "findings", item: null }), view === "findings") : null),
            q, el("span", { class: "note", role: "status" }, part), el("span", { class: "space" }),
            el("details", { class: "keys" }, el("summary", {}, words.say("keys")), el("p", {}, words.say("keys_text"))),
            el("a", { class: "button", href: address({ lang: words.language === "ko" ? "en" : "ko" }), lang: words.language === "ko" ? "en" : "ko" }, words.say("language")),
            el("a", { class: "button", href: address({ theme: isDark() ? "light" : "dark" }) }, words.say(isDark() ? "light" : "dark")));
        if (typing) {
            q.focus();
            q.setSelectionRange(...typing);
        }
    }

    // What was drawn last, so that a key of the search does not draw the same again.
    let drawn = "";

    function show() {
        words.speak(state.get("lang") || (navigator.language.startsWith("ko") ? "ko" : "en"));
        const theme = state.get("theme");
        if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
        else delete document.documentElement.dataset.theme;
        const view = state.get("view");
        document.title = state.get("item") || words.say(VIEWS.includes(view) ? view : "title");
        if (!gallery.about) {
            top.replaceChildren();
            return main.replaceChildren(el("p", { class: "bad" }, words.say("broken", { file: "data/head.js" })));
        }
        ({ found, counts } = filters.search(state));
        header();
        const reportWanted = view === "findings" && Boolean(gallery.about.check);
        document.body.classList.toggle("wide", view === "overview" || reportWanted || state.has("item"));
        filters.show(aside, counts, state, change, clear);
        if (state.has("item")) return showItem();
        const last = itemView.shown;
        if (view === "overview") return overview.show(main, onlyWith);
        if (reportWanted) return check.show(main, onlyWith);
        grid.show(main, found, name => address({ item: name }));
        const now = address({ item: null, view: null, theme: null });
        if (drawn !== now && !last) grid.top();
        if (leaving) {
            leaving = false;
            grid.reveal(last);
        }
        drawn = now;
    }

    // An item was left: the grid goes to where it is.
    let leaving = false;

    function neighbours() {
        const place = found.indexOf(gallery.find(state.get("item")));
        const at = n => n >= 0 && n < found.length ? address({ item: gallery.loaded[found[n]][0] }) : null;
        return place < 0 ? { place, previous: null, next: at(0) } : { place, previous: at(place - 1), next: at(place + 1) };
    }

    async function showItem() {
        const wanted = state.get("item");
        const index = gallery.find(wanted);
        leaving = true;
        if (index < 0) {
            if (!ready) return;
            return main.replaceChildren(el("p", { class: "bad" }, words.say("no_item", { name: wanted })), el("a", { href: address({ item: null }), class: "button" }, words.say("back")));
        }
        const { place, previous, next } = neighbours();
        try {
            await itemView.show(main, index, { place: place + 1, total: found.length, previous, next, back: address({ item: null }), filter: onlyWith, self: address({ item: gallery.loaded[index][0] }, new URLSearchParams()) });
        } catch (error) {
            main.replaceChildren(el("p", { class: "bad" }, words.say("broken", { file: error.message })));
        }
    }

    // What Escape leaves: an item, else the overview.
    function leave() {
        if (state.has("item")) go(address({ item: null }));
        else if (state.has("view")) go(address({ view: null }));
    }

    // Keys everywhere, and those of an item besides what its view takes.
    const everywhere = {
        Escape: leave,
        "/": () => document.getElementById("q")?.focus(),
        o: () => go(address({ view: state.get("view") === "overview" ? null : "overview", item: null })),
    };
    const ofItem = {
        ArrowRight: () => go(neighbours().next ?? location.hash),
        ArrowLeft: () => go(neighbours().previous ?? location.hash),
    };
    [ofItem.j, ofItem.k] = [ofItem.ArrowRight, ofItem.ArrowLeft];

    function press(event) {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const field = event.target.closest?.("input:not([type=checkbox]), video, audio");
        if (field) {
            if (event.key === "Escape") field.blur();
            return;
        }
        const at = state.has("item") ? { ...everywhere, ...ofItem } : everywhere;
        if (Object.hasOwn(at, event.key)) at[event.key]();
        else if (!state.has("item") || !itemView.key(event.key)) return;
        event.preventDefault();
    }

    function read() {
        state = new URLSearchParams(location.hash.slice(1));
        show();
    }

    addEventListener("hashchange", read);
    addEventListener("keydown", press);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    read();
    if (gallery.about) {
        // Shown at once, and again when there is more.
        let first = true;
        gallery.loadRows(() => {
            if (first || gallery.loaded.length === gallery.about.count) {
                ready = gallery.loaded.length === gallery.about.count;
                first = false;
                if (!state.has("item") || ready || !itemView.shown) show();
            }
        }).then(() => document.documentElement.setAttribute("data-ready", ""), error => main.replaceChildren(el("p", { class: "bad" }, words.say("broken", { file: error.message }))));
    }
})();
