"use strict";
// What can be asked of the items, with the number of items for each answer.

const filters = (() => {
    const { el, name } = tools;
    const LONG = 12;
    const MOST = 200;
    const SIZES = ["small", "medium", "large"];

    // Where the answers to each question stand in a row, and how: one number, a list of them, numbers with counts, or counts by place.
    const FACETS = [
        { key: "split", names: "splits", at: 3, as: "one" },
        { key: "class", names: "classes", at: 7, as: "pairs", swatch: true },
        { key: "tool", names: "tools", at: 8, as: "pairs" },
        { key: "reason", names: "reasons", at: 9, as: "pairs" },
        { key: "size", names: null, at: 10, as: "places" },
        { key: "kind", names: "kinds", at: 2, as: "one" },
        { key: "labeler", names: "labelers", at: 6, as: "list" },
        { key: "status", names: "statuses", at: 4, as: "one" },
        { key: "review", names: "reviews", at: 5, as: "one" },
    ];

    const namesOf = facet => facet.names ? gallery.about.facts[facet.names] : SIZES;

    // Calls `each` with the numbers of the answers of a row; a row may give none.
    function answers(facet, row, each) {
        const value = row[facet.at];
        if (facet.as === "one") each(value);
        else if (facet.as === "list") value.forEach(each);
        else if (facet.as === "pairs") for (let i = 0; i < value.length; i += 2) each(value[i]);
        else value.forEach((n, i) => n > 0 && each(i));
    }

    // How an answer is shown.
    function label(facet, text) {
        if (facet.key === "size") return words.say(text);
        if (text === "") return words.say("unset");
        if (facet.key === "reason") return name(words.reason(text));
        return name(text);
    }

    // What the state asks for: for each facet the numbers wanted, null when anything goes.
    function wanted(state) {
        return FACETS.map(facet => {
            const asked = state.getAll(facet.key);
            if (!asked.length) return null;
            const names = namesOf(facet);
            return new Set(asked.map(text => names.indexOf(text)));
        });
    }

    // The numbers of the items that fit, and how many items there would be for each answer if its facet asked for that alone.
    function search(state) {
        const sets = wanted(state);
        const text = (state.get("q") || "").toLowerCase();
        const counts = FACETS.map(facet => new Array(namesOf(facet).length).fill(0));
        const found = [];
        const { loaded } = gallery;
        for (let index = 0; index < loaded.length; index++) {
            const row = loaded[index];
            if (text && !row[0].toLowerCase().includes(text) && !gallery.idOf(row).toLowerCase().includes(text)) continue;
            let failing = -1;
            let fails = 0;
            sets.forEach((set, f) => {
                if (!set) return;
                let fits = false;
                answers(FACETS[f], row, n => (fits ||= set.has(n)));
                if (!fits) {
                    failing = f;
                    fails++;
                }
            });
            if (fails === 0) found.push(index);
            if (fails > 1) continue;
            counts.forEach((list, f) => {
                if (fails === 0 || failing === f) answers(FACETS[f], row, n => list[n]++);
            });
        }
        return { found, counts };
    }

    // One facet: its answers with their counts, as boxes to tick.
    function fieldset(facet, counts, state, change) {
        const names = namesOf(facet);
        const chosen = new Set(state.getAll(facet.key));
        let order = names.map((_, n) => n);
        if (facet.key === "class") order = [...gallery.about.facts.class_order];
        else if (facet.key !== "size") order.sort((a, b) => counts[b] - counts[a] || a - b);
        // What nobody can choose from is no question.
        if (!chosen.size && (names.length === 0 || (names.length === 1 && (names[0] === "" || facet.key === "kind")))) return null;

        const list = el("ul");
        const fillList = text => {
            const fitting = order.filter(n => names[n].toLowerCase().includes(text.toLowerCase()));
            list.replaceChildren(...fitting.slice(0, MOST).map(n => {
                const box = el("input", { type: "checkbox", checked: chosen.has(names[n]), onchange: () => change(facet.key, names[n]) });
                const swatch = facet.swatch ? el("span", { class: "swatch" }) : null;
                if (swatch) swatch.style.background = tools.colour(names[n]);
                const count = el("span", { class: "count" }, words.number(counts[n]));
                return el("li", {}, el("label", { class: counts[n] || chosen.has(names[n]) ? "" : "none", title: tools.plain(names[n]), "data-answer": names[n] }, box, swatch,
                    el("span", { class: "text" }, label(facet, names[n])), count));
            }));
            if (fitting.length > MOST) list.append(el("li", { class: "note" }, words.say("more", { n: words.number(fitting.length - MOST) })));
        };
        fillList("");
        const title = words.say(facet.key === "reason" && gallery.about.check ? "findings" : facet.key);
        const find = names.length > LONG
            ? el("input", { type: "search", placeholder: words.say("find"), "aria-label": `${words.say("find")}: ${title}`, oninput: e => fillList(e.target.value) })
            : null;
        return el("fieldset", { "data-facet": facet.key }, el("legend", {}, title), find, list);
    }

    // Of a dataset that was checked the findings come first.
    const ordered = () => gallery.about.check ? [...FACETS].sort((a, b) => (b.key === "reason") - (a.key === "reason")) : FACETS;

    return {
        FACETS, search, label,
        // Draws all facets into an element. `change(facet, answer)` is called when an answer is ticked or unticked.
        show(into, counts, state, change, clear) {
            const focus = document.activeElement;
            const place = into.contains(focus) ? [focus.closest("fieldset")?.dataset.facet, focus.closest("label")?.dataset.answer] : null;
            const any = FACETS.some(facet => state.has(facet.key));
            into.setAttribute("aria-label", words.say("filters"));
            const scrolls = new Map([...into.querySelectorAll("fieldset")].map(set => [set.dataset.facet, set.querySelector("ul").scrollTop]));
            into.replaceChildren(
                el("div", { class: "heading" }, el("h2", {}, words.say("filters")), el("button", { type: "button", disabled: !any, onclick: clear }, words.say("clear"))),
                ...ordered().map(facet => fieldset(facet, counts[FACETS.indexOf(facet)], state, change)).filter(Boolean),
            );
            for (const set of into.querySelectorAll("fieldset")) {
                set.querySelector("ul").scrollTop = scrolls.get(set.dataset.facet) || 0;
                if (!place || set.dataset.facet !== place[0]) continue;
                [...set.querySelectorAll("label")].find(one => one.dataset.answer === place[1])?.querySelector("input").focus({ preventScroll: true });
            }
        },
    };
})();
