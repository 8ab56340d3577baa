"use strict";
// What is in the dataset: charts, each with its numbers as a table.

const overview = (() => {
    const { el, svg, name, colour } = tools;
    const MOST = 40;

    const table = (head, rows) => el("div", { class: "table" }, el("table", {},
        el("thead", {}, el("tr", {}, ...head.map(text => el("th", { scope: "col" }, text)))),
        el("tbody", {}, ...rows.map(row => el("tr", {}, ...row.map((cell, i) => i === 0
            ? el("th", { scope: "row" }, cell)
            : el("td", {}, typeof cell === "number" ? words.number(cell) : cell)))))));

    // Bars, one under the other, each made of parts. A row: label, colour of the label, numbers of the parts.
    function bars(title, rows, colours, href) {
        const most = Math.max(1, ...rows.map(row => row.parts.reduce((a, b) => a + b, 0)));
        const [width, left, lane] = [640, 170, 22];
        const root = svg("svg", { viewBox: `0 0 ${width} ${Math.max(1, rows.length) * lane}`, role: "img", "aria-label": title });
        rows.forEach((row, i) => {
            const total = row.parts.reduce((a, b) => a + b, 0);
            let x = left;
            const text = svg("text", { x: left - 8, y: i * lane + 15, "text-anchor": "end" }, short(row.label, 22));
            text.append(svg("title", {}, tools.plain(row.label)));
            root.append(href ? svg("a", { href: href(row.key ?? row.label) }, text) : text);
            row.parts.forEach((n, part) => {
                const w = (n / most) * (width - left - 70);
                const bar = svg("rect", { x, y: i * lane + 3, width: w, height: lane - 6 });
                bar.style.fill = colours ? colours[part] : colour(row.label);
                root.append(bar);
                x += w;
            });
            root.append(svg("text", { class: "tick", x: x + 6, y: i * lane + 15 }, words.number(total)));
        });
        return root;
    }

    const short = (whole, most) => {
        const text = tools.plain(whole);
        return text.length > most ? text.slice(0, most - 1) + "…" : text;
    };

    // Columns side by side for each part, as shares, so that parts of other sizes can be compared.
    function columns(title, labels, parts, colours) {
        const [width, height, foot] = [640, 200, 26];
        const shares = parts.map(list => {
            const total = list.reduce((a, b) => a + b, 0) || 1;
            return list.map(n => n / total);
        });
        const most = Math.max(0.01, ...shares.flat());
        const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
        const step = width / labels.length;
        labels.forEach((label, i) => {
            shares.forEach((list, part) => {
                const w = (step - 10) / parts.length;
                const h = (list[i] / most) * (height - foot - 16);
                const bar = svg("rect", { x: i * step + 5 + part * w, y: height - foot - h, width: Math.max(1, w - 1), height: h });
                bar.style.fill = colours[part];
                bar.append(svg("title", {}, `${label}: ${percent(list[i])}`));
                root.append(bar);
            });
            root.append(svg("text", { class: "tick", x: i * step + step / 2, y: height - 8, "text-anchor": "middle" }, label));
        });
        root.append(svg("path", { class: "rule", d: `M0 ${height - foot + 0.5}H${width}` }));
        return root;
    }

    const percent = n => (n * 100).toLocaleString(words.language, { maximumFractionDigits: 1 }) + " %";

    // Where objects are: a grid over the image.
    function grid(cells) {
        const side = Math.round(Math.sqrt(cells.length));
        const most = Math.max(1, ...cells);
        const root = svg("svg", { class: "places", viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": words.say("places") });
        cells.forEach((n, i) => {
            const cell = svg("rect", { x: i % side, y: Math.floor(i / side), width: 1, height: 1, "fill-opacity": n / most });
            cell.append(svg("title", {}, words.number(n)));
            root.append(cell);
        });
        return root;
    }

    const legend = (names, colours) => names.length < 2 ? null : el("p", { class: "legend" }, ...names.map((text, i) => {
        const swatch = el("span", { class: "swatch" });
        swatch.style.background = colours[i];
        return el("span", { class: "tag" }, swatch, text === "" ? words.say("unset") : name(text));
    }));

    // A chart and its numbers, which are in a file of their own, too.
    function chart(file, title, picture, numbers, ...more) {
        const few = numbers.querySelectorAll("tbody tr").length <= 8;
        return el("section", { class: "chart" }, el("h2", {}, title), ...more, el("div", { class: "plot" }, picture), el("details", { open: few }, el("summary", {}, words.say("numbers")), numbers,
            el("p", { class: "file" }, el("a", { href: `overview/${file}.csv`, download: `${file}.csv`, "aria-label": `CSV: ${title}` }, "CSV"))));
    }

    // Limits as ranges: up to the first, between, above the last.
    const ranges = (limits, show) => [...limits.map((limit, i) => `${i ? show(limits[i - 1]) + "–" : "< "}${show(limit)}`), `> ${show(limits.at(-1))}`];

    function counts(limits) {
        const labels = limits.map((limit, i) => i && limits[i - 1] + 1 < limit ? `${limits[i - 1] + 1}–${limit}` : String(limit));
        return [...labels, `> ${limits.at(-1)}`];
    }

    return {
        // Draws everything. `link(facet, answer)` is the address of the items that have it.
        show(into, link) {
            const { facts, count } = gallery.about;
            const { parts, splits, limits } = facts;
            const partNames = splits.map(text => text === "" ? words.say("total") : text);
            const hues = splits.map((text, i) => text === "" ? "var(--accent)" : `hsl(${(i * 137 + 215) % 360} 60% 52%)`);
            const sum = key => parts.reduce((total, part) => total + part[key], 0);
            const objectsOf = c => facts.by_class[c].reduce((total, [, , objects]) => total + objects, 0);
            const perPart = (c, at) => splits.map((_, split) => facts.by_class[c].find(([known]) => known === split)?.[at] ?? 0);
            const classes = facts.class_order.filter(c => facts.by_class[c].length).sort((a, b) => objectsOf(b) - objectsOf(a));
            const empty = facts.class_order.filter(c => !facts.by_class[c].length).map(c => facts.classes[c]);
            const say = words.say;
            const both = (file, title, labels, key) => chart(file, title, columns(title, labels, parts.map(p => p[key]), hues),
                table([say("what"), ...partNames], labels.map((label, i) => [label, ...parts.map(p => p[key][i])])), legend(splits, hues));
            const named = (key, names, list) => chart(key === "reason" ? "problems" : "tools", say(key === "reason" ? "reasons" : "tools"),
                bars(say(key), names.map((text, i) => ({ label: key === "reason" ? words.reason(text) : text, key: text, parts: [list[i][1]] })), ["var(--accent)"], text => link(key, text)),
                table([say(key), say("items"), say("objects")], names.map((text, i) => [name(text), list[i][0], list[i][1]])));

            const sections = [
                chart("parts", say("parts"), bars(say("parts"), partNames.map((label, i) => ({ label, parts: [parts[i].items] })), ["var(--accent)"]),
                    table([say("split"), say("items"), say("objects"), say("share")], partNames.map((label, i) => [name(label), parts[i].items, parts[i].objects, percent(parts[i].items / (count || 1))]))),
                chart("classes", say("classes"), bars(say("classes"), classes.slice(0, MOST).map(c => ({ label: facts.classes[c], parts: perPart(c, 2) })), splits.length > 1 ? hues : null, text => link("class", text)),
                    table([say("class"), ...partNames.flatMap(part => [`${part}: ${say("items")}`, `${part}: ${say("objects")}`])],
                        classes.map(c => [name(facts.classes[c]), ...splits.flatMap((_, i) => [perPart(c, 1)[i], perPart(c, 2)[i]])])),
                    legend(splits, hues),
                    empty.length ? el("p", { class: "bad" }, say("no_class", { names: tools.plain(empty.slice(0, 20).join(", ")) + (empty.length > 20 ? ", …" : "") })) : null),
                both("objects_per_item", say("per_item"), counts(limits.per_item), "per_item"),
                both("sizes", say("sides"), ranges(limits.sides, n => `${n * 100} %`), "sides"),
                both("aspects", say("aspects"), ranges(limits.aspects, String), "aspects"),
            ];
            if (facts.grid.some(n => n > 0)) {
                sections.push(chart("places", say("places"), grid(facts.grid), table([say("what"), say("objects")], facts.grid.flatMap((n, i) => n ? [[`${i % 12 + 1}, ${Math.floor(i / 12) + 1}`, n]] : [])), el("p", { class: "note" }, say("place_note"))));
            }
            if (facts.tools.length) sections.push(named("tool", facts.tools, facts.by_tool));
            if (facts.reasons.length) sections.push(named("reason", facts.reasons, facts.by_reason));
            if (facts.labelers.length) sections.push(...labelers(facts, link));
            into.replaceChildren(el("div", { class: "overview" },
                el("p", { class: "sums" }, ...[["items", count], ["objects", sum("objects")], ["classes", classes.length]].map(([key, n]) => el("span", {}, el("strong", {}, words.number(n)), " ", say(key)))),
                el("div", { class: "charts" }, ...sections)));
        },
    };

    function labelers(facts, link) {
        const say = words.say;
        const of = (who, status) => facts.by_labeler.find(([w, s]) => w === who && s === status)?.[2] ?? 0;
        const used = facts.statuses.map((_, s) => s).filter(s => facts.by_labeler.some(([, status]) => status === s));
        const hues = used.map((_, i) => `hsl(${(i * 137 + 150) % 360} 55% 48%)`);
        const names = used.map(s => facts.statuses[s]);
        const rows = facts.labelers.map((label, who) => ({ label, parts: used.map(s => of(who, s)) }));
        const total = row => row.parts.reduce((a, b) => a + b, 0);
        rows.sort((a, b) => total(b) - total(a));
        const all = [chart("labelers", say("labelers"), bars(say("labelers"), rows.slice(0, MOST), hues, text => link("labeler", text)),
            table([say("labeler"), ...names.map(text => text || say("unset"))], rows.map(row => [name(row.label), ...row.parts])), legend(names, hues))];
        const days = facts.by_day.map(([day, list]) => ({ label: day, parts: [list.reduce((sum, [, n]) => sum + n, 0)] }));
        if (days.length) {
            all.push(chart("days", say("days"), bars(say("days"), days.slice(-MOST), ["var(--accent)"]),
                table([say("day"), say("labeler"), say("items")], facts.by_day.flatMap(([day, list]) => list.map(([who, n]) => [day, name(facts.labelers[who]), n])))));
        }
        return all;
    }
})();
