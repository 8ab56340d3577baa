"use strict";
// Annotations as shapes of SVG, in pixels of the image: sharp at any zoom.

const draw = (() => {
    const { svg, colour } = tools;

    // The corners of a box, clockwise from its own top left. Radians, clockwise, about the centre.
    function corners([x, y, w, h, angle]) {
        if (!angle) return [x, y, x + w, y, x + w, y + h, x, y + h];
        const [cx, cy, cos, sin] = [x + w / 2, y + h / 2, Math.cos(angle), Math.sin(angle)];
        return [[-w, -h], [w, -h], [w, h], [-w, h]].flatMap(([a, b]) => [cx + (a * cos - b * sin) / 2, cy + (a * sin + b * cos) / 2]);
    }

    const outline = (list, closed) => {
        let d = "";
        for (let i = 0; i + 1 < list.length; i += 2) d += `${i ? "L" : "M"}${list[i]} ${list[i + 1]}`;
        return closed && d ? d + "Z" : d;
    };

    // Calls `each` with the pixels of a mask: row, first column, number of columns.
    function pixels(runs, width, each) {
        let at = 0;
        for (let i = 0; i + 1 < runs.length; i += 2) {
            at += runs[i];
            let left = runs[i + 1];
            while (left > 0) {
                const [y, x] = [Math.floor(at / width), at % width];
                const n = Math.min(left, width - x);
                each(y, x, n);
                at += n;
                left -= n;
            }
        }
    }

    // The outline of the pixels of a mask as rectangles; those of equal columns in rows that follow each other are one. With `down` the
    // runs go down the columns, as COCO has them, and `width` is the height.
    function mask(runs, width, down) {
        const open = new Map();
        const parts = [];
        const close = ([x, n, top, bottom]) => parts.push(down ? `M${top} ${x}v${n}H${bottom}v${-n}Z` : `M${x} ${top}h${n}V${bottom}h${-n}Z`);
        let row = -1;
        pixels(runs, width, (y, x, n) => {
            if (y !== row) {
                for (const [key, one] of open) {
                    if (one[3] < y) {
                        close(one);
                        open.delete(key);
                    }
                }
                row = y;
            }
            const key = `${x},${n}`;
            const above = open.get(key);
            if (above && above[3] === y) above[3] = y + 1;
            else open.set(key, [x, n, y, y + 1]);
        });
        open.forEach(close);
        return parts.join("");
    }

    // The points of an annotation, `x, y, x, y, …`, from which its extent is known.
    function points(a, width) {
        if (a.box) return corners(a.box);
        if (a.rings) return a.rings.flat();
        if (a.line) return a.line;
        if (a.points) return a.points.filter(n => n !== null);
        const list = [];
        if (a.runs && width) pixels(a.runs, width, (y, x, n) => list.push(x, y, x + n, y + 1));
        if (a.columns) pixels(a.columns, a.mask[1], (x, y, n) => list.push(x, y, x + 1, y + n));
        return list;
    }

    // The upright box around points: left, top, right, bottom; null without points.
    function extent(list) {
        if (list.length < 2) return null;
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        for (let i = 0; i + 1 < list.length; i += 2) {
            box[0] = Math.min(box[0], list[i]);
            box[1] = Math.min(box[1], list[i + 1]);
            box[2] = Math.max(box[2], list[i]);
            box[3] = Math.max(box[3], list[i + 1]);
        }
        return box;
    }

    // The shapes of one annotation; none when it has no place in the image.
    function shapes(a, width) {
        const list = [];
        const add = (d, kind) => list.push(svg("path", { class: kind, d }));
        if (a.box) add(outline(corners(a.box), true), a.rings || a.columns || a.points ? "area bounds" : "area");
        if (a.rings) add(a.rings.map(ring => outline(ring, true)).join(""), "area");
        if (a.line) add(outline(a.line, false), "line");
        if (a.runs && width) add(mask(a.runs, width), "mask");
        if (a.columns) add(mask(a.columns, a.mask[1], true), "mask");
        if (a.points) {
            const dots = [];
            // A line of no length with round ends is a dot of the same size at any zoom.
            for (let i = 0; i + 1 < a.points.length; i += 2) if (a.points[i] !== null) dots.push(`M${a.points[i]} ${a.points[i + 1]}h0`);
            const hidden = (a.attributes || []).some(([key, value]) => key === "visibility" && value !== "visible" && value !== "2");
            add(dots.join(""), hidden ? "joint hidden" : "joint");
        }
        return list;
    }

    // Lines between the joints of each object, as the profile of joints connects them.
    function skeletons(annotations) {
        const { joints, skeleton } = gallery.about;
        const bodies = new Map();
        for (const a of annotations) {
            if (!a.points || !a.points.length) continue;
            const whole = a.points.length / 2 === joints.length;
            const body = whole ? a : a.group;
            if (body === undefined) continue;
            if (!bodies.has(body)) bodies.set(body, []);
            const places = bodies.get(body);
            if (whole && joints.length > 1) joints.forEach((_, i) => (places[i] = a.points.slice(2 * i, 2 * i + 2)));
            else if (joints.includes(a.class)) places[joints.indexOf(a.class)] = a.points;
        }
        const lines = [];
        for (const places of bodies.values()) {
            for (const [from, to] of skeleton) {
                const [a, b] = [places[from - 1], places[to - 1]];
                if (a && b && a[0] !== null && b[0] !== null) lines.push(outline([...a, ...b], false));
            }
        }
        return lines.join("");
    }

    return {
        corners, extent, points,
        // All annotations over an image of a size. `data-index` of a shape is the number of its annotation; those of `faulty` stand out.
        picture(annotations, [width, height], faulty = new Set()) {
            const root = svg("svg", { class: "shapes", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
            const bones = skeletons(annotations);
            if (bones) root.append(svg("path", { class: "bones", d: bones }));
            // Large ones first, so that small ones can be pointed at.
            const order = annotations.map((a, index) => {
                const box = extent(points(a, width));
                return { a, index, area: box ? (box[2] - box[0]) * (box[3] - box[1]) : 0 };
            });
            order.sort((one, other) => other.area - one.area || one.index - other.index);
            for (const { a, index } of order) {
                for (const path of shapes(a, width)) {
                    path.dataset.index = index;
                    path.style.color = colour(a.class || "");
                    if (faulty.has(index)) path.classList.add("faulty");
                    root.append(path);
                }
            }
            return root;
        },
    };
})();
