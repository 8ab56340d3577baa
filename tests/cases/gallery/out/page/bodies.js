"use strict";
// What is seen of texts, series and point clouds: their contents where the page can read them, and what is said about them.

const bodies = (() => {
    const { el, svg, name, colour } = tools;
    const { raw } = media;
    // Characters of a text at most.
    const LONG = 1 << 20;

    // Where the content cannot be shown, why not, and a link to the original.
    function instead(item, into, why) {
        const address = media.original(item);
        into.append(el("p", { class: "note" }, why.message, " ", address ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words.say("open")) : null));
    }

    const content = a => {
        const found = raw(a, "content");
        return typeof found === "string" ? found : "";
    };

    // Where a span is in a text: at the place that it says, counted in its paragraph or in all, else where its words stand. -1: nowhere.
    function placeOf(a, whole, used) {
        const said = content(a);
        if (!said) return -1;
        const range = raw(a, "ranges")?.[0];
        const paragraph = Number(/\/p\[(\d+)\]/.exec(range?.start ?? "")?.[1] ?? 1);
        let from = 0;
        for (let n = 1; n < paragraph && from >= 0; n++) from = whole.indexOf("\n", from) + 1 || -1;
        for (const at of [from + range?.startOffset, range?.startOffset]) if (Number.isFinite(at) && whole.startsWith(said, at)) return at;
        const again = whole.indexOf(said, used.get(said) ?? 0);
        used.set(said, again + said.length);
        return again;
    }

    // A text with its spans marked. Of spans that cover each other the first is marked, all are in the list.
    function marked(whole, annotations) {
        const used = new Map();
        const spans = annotations.map((a, index) => ({ a, index, at: placeOf(a, whole, used) })).filter(span => span.at >= 0).sort((one, other) => one.at - other.at);
        const body = el("pre", { class: "body", tabindex: "0" });
        let end = 0;
        for (const { a, index, at } of spans) {
            if (at < end) continue;
            const mark = el("mark", { "data-index": index }, tools.plain(content(a)), el("small", {}, name(a.class || "")));
            mark.style.borderColor = colour(a.class || "");
            body.append(tools.plain(whole.slice(end, at)), mark);
            end = at + content(a).length;
        }
        body.append(tools.plain(whole.slice(end)));
        return body;
    }

    // The text, its spans, and what relates them.
    function text(item, into) {
        const byId = new Map(item.annotations.map(a => [a.id, a]));
        const place = el("div");
        const spans = el("p", { class: "spans" });
        const relations = el("ul", { class: "relations" });
        const chip = a => {
            const mark = el("mark", {}, name(content(a) || a.class || a.id), el("small", {}, name(a.class || "")));
            mark.style.borderColor = colour(a.class || "");
            return mark;
        };
        for (const a of item.annotations) {
            const [from, to] = [raw(a, "annotationId"), raw(a, "targetAnnotationId")];
            if (byId.has(from) && byId.has(to)) relations.append(el("li", {}, chip(byId.get(from)), " → ", name(a.class || ""), " → ", chip(byId.get(to))));
            else if (content(a)) spans.append(chip(a), " ");
        }
        into.append(place, spans);
        if (relations.children.length) into.append(el("h3", {}, words.say("relations")), relations);
        return read.bytes(item).then(found => {
            const whole = read.decode(found);
            place.append(marked(whole.slice(0, LONG), item.annotations));
            if (whole.length > LONG) place.append(el("p", { class: "note" }, words.say("first", { n: words.number(LONG), all: words.number(whole.length) })));
        }).catch(why => instead(item, place, why));
    }

    // The values of a series as lines, each between its least and its greatest, and its sections below.
    function series(item, into) {
        const place = el("div");
        into.append(place);
        const below = least => {
            const line = media.timeline(item, "", () => {}, least);
            if (line) into.append(line);
        };
        return read.bytes(item).then(found => {
            const [first, ...others] = read.series(read.decode(found));
            if (!first) throw new Error(words.say("no_points", { what: "CSV" }));
            // The first column is the time where it grows.
            const grows = others.length > 0 && first.values.every((n, i, all) => i === 0 || n > all[i - 1]);
            const times = grows ? first.values : first.values.map((_, i) => i);
            const end = times.at(-1) || 1;
            const last = media.marks(item).reduce((most, m) => Math.max(most, m.to), end);
            place.append(plot(times, grows ? others : [first, ...others], last));
            below(last);
        }).catch(why => {
            instead(item, place, why);
            below(0);
        });
    }

    function plot(times, columns, end) {
        const [width, height, left] = [1000, 180, 160];
        const root = svg("svg", { class: "timeline", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": columns.map(c => tools.plain(c.name)).join(", ") });
        columns.slice(0, 8).forEach(({ name: title, values }, i) => {
            const [low, high] = values.reduce((ends, n) => Number.isFinite(n) ? [Math.min(ends[0], n), Math.max(ends[1], n)] : ends, [Infinity, -Infinity]);
            const y = n => height - 8 - ((n - low) / (high - low || 1)) * (height - 16);
            const d = values.map((n, k) => Number.isFinite(n) ? `${k && Number.isFinite(values[k - 1]) ? "L" : "M"}${left + (times[k] / end) * (width - left - 10)} ${y(n)}` : "").join("");
            const path = svg("path", { class: "values", d });
            const hue = `hsl(${(i * 137 + 215) % 360} 65% 50%)`;
            path.style.color = hue;
            const label = svg("text", { x: left - 10, y: 18 + i * 18, "text-anchor": "end" }, tools.plain(title).slice(0, 20));
            root.append(path, label, svg("path", { class: "values", d: `M${left - 4} ${13 + i * 18}h12` }));
            root.lastChild.style.color = hue;
        });
        return root;
    }

    // Boxes in space, from above: their corners on the ground, x to the right and y up.
    function boxesOf(item) {
        const boxes = [];
        item.annotations.forEach((a, index) => {
            const psr = raw(a, "psr");
            const [p, s, r] = [psr?.position, psr?.scale, psr?.rotation];
            if (![p?.x, p?.y, s?.x, s?.y].every(Number.isFinite)) return;
            const yaw = Number.isFinite(r?.w) ? Math.atan2(2 * (r.w * r.z + r.x * r.y), 1 - 2 * (r.y * r.y + r.z * r.z)) : r?.z || 0;
            // The y of a screen goes down, so boxes turn the other way.
            boxes.push({ a, index, list: draw.corners([p.x - s.x / 2, -p.y - s.y / 2, s.x, s.y, -yaw]) });
        });
        return boxes;
    }

    // The part of the ground that is shown: left, top, width, height. Single points far away are outside of it.
    function ground(boxes, points) {
        const middle = axis => {
            const list = points.filter((n, i) => i % 3 === axis && Number.isFinite(n)).sort((a, b) => a - b);
            const at = share => list[Math.min(list.length - 1, Math.floor(share * list.length))];
            return list.length ? [at(0.005), at(0.995)] : [0, 0];
        };
        const [[x0, x1], [y0, y1]] = [middle(0), middle(1)];
        const [left, top, right, bottom] = draw.extent([...boxes.flatMap(b => b.list), 0, 0, x0, -y1, x1, -y0]);
        const m = Math.max(right - left, bottom - top, 1) * 0.05;
        return [left - m, top - m, right - left + 2 * m, bottom - top + 2 * m];
    }

    // Points as dots, the high ones brighter.
    function dots(canvas, points, [left, top, width, height]) {
        const scale = Math.min(canvas.width / width, canvas.height / height);
        const [dx, dy] = [(canvas.width - width * scale) / 2, (canvas.height - height * scale) / 2];
        const heights = points.filter((n, i) => i % 3 === 2 && Number.isFinite(n)).sort((a, b) => a - b);
        const [low, high] = [heights[Math.floor(heights.length * 0.02)] ?? 0, heights[Math.floor(heights.length * 0.98)] ?? 1];
        const pen = canvas.getContext("2d");
        const size = Math.max(1, Math.round(devicePixelRatio));
        for (let i = 0; i + 2 < points.length; i += 3) {
            const share = Math.min(1, Math.max(0, (points[i + 2] - low) / (high - low || 1)));
            pen.fillStyle = `hsl(${230 - 190 * share} 70% 50%)`;
            pen.fillRect((points[i] - left) * scale + dx, (-points[i + 1] - top) * scale + dy, size, size);
        }
    }

    function cloud(item, into) {
        const boxes = boxesOf(item);
        const frame = el("div", { class: "cloud" });
        const place = el("div");
        into.append(frame, el("p", { class: "note" }, words.say("above")), place);
        const show = points => {
            const view = ground(boxes, points);
            const [left, top, width, height] = view;
            const root = svg("svg", { viewBox: view.join(" "), role: "img", "aria-label": words.say("above") });
            root.append(svg("path", { class: "rule", d: `M${left} 0h${width}M0 ${top}v${height}` }));
            for (const { a, index, list } of boxes) {
                const path = svg("path", { class: "area", "data-index": index, d: `M${list[0]} ${list[1]}L${list[2]} ${list[3]}L${list[4]} ${list[5]}L${list[6]} ${list[7]}Z` });
                path.style.color = colour(a.class || "");
                path.append(svg("title", {}, tools.plain(a.class || "")));
                root.append(path);
            }
            const canvas = el("canvas", { width: Math.round(frame.clientWidth * devicePixelRatio), height: Math.round(frame.clientHeight * devicePixelRatio), "aria-hidden": "true" });
            frame.replaceChildren(canvas, root);
            dots(canvas, points, view);
        };
        show([]);
        return read.bytes(item).then(found => show(read.points(found))).catch(why => instead(item, place, why));
    }

    return { text, series, cloud };
})();
