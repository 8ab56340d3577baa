"use strict";
// What a check has found, where the dataset was checked: rules, and findings that are about no picture.

const check = (() => {
    const { el, name } = tools;

    // A rule by its code: code, severity, reader, what the reader does, how often it was broken.
    const rule = code => gallery.about.check?.rules.find(known => known[0] === code);

    // The severity of a rule as a word with a colour of its own.
    function severity(code) {
        const how = rule(code)?.[1];
        return how ? el("span", { class: `severity ${how}` }, words.say(how)) : null;
    }

    function table(link) {
        const { rules } = gallery.about.check;
        const { facts } = gallery.about;
        const heads = ["severity", "finding", "reader", "times", "pictures"].map(key => el("th", { scope: "col" }, words.say(key)));
        const pictures = code => facts.reasons.includes(code) ? facts.by_reason[facts.reasons.indexOf(code)][0] : 0;
        const row = ([code, , reader, meaning, times]) => el("tr", {},
            el("td", {}, severity(code)),
            el("th", { scope: "row" }, pictures(code) ? el("a", { href: link("reason", code) }, code) : code, el("div", { class: "more" }, meaning)),
            el("td", {}, reader), el("td", {}, words.number(times)), el("td", {}, words.number(pictures(code))));
        return el("table", { class: "rules" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rules.map(row)));
    }

    return {
        severity,
        // What readers do with data that breaks the rule of a code.
        meaning: code => rule(code)?.[3] ?? "",
        // Shows all rules that were broken, and the findings about no picture. `link(facet, answer)` is the address of items.
        show(into, link) {
            const { rules, rest, others } = gallery.about.check;
            const one = ([code, message, place]) => el("li", {}, el("div", { class: "head" }, severity(code), el("strong", {}, code), el("span", { class: "tag" }, name(place))), el("div", {}, name(message)));
            into.replaceChildren(el("div", { class: "overview report", tabindex: "0" },
                rules.length ? table(link) : el("p", {}, words.say("nothing_found")),
                rest.length ? el("h2", {}, words.say("no_picture")) : null,
                rest.length < others ? el("p", { class: "note" }, words.say("first", { n: words.number(rest.length), all: words.number(others) })) : null,
                el("ul", { class: "annotations" }, ...rest.map(one))));
        },
    };
})();
