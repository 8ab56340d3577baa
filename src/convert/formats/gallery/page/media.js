"use strict";
// What is seen of an item: its picture, film, sound, text, conversation or points, with what is said about them.

const media = (() => {
    const { el, svg, name, colour } = tools;
    const IMAGE = /\.(jpe?g|png|gif|webp|bmp|avif|svg|jfif)$/i;

    // Bars on a line at most, and where the line begins.
    const MOST = 2000;
    const LEFT = 160;

    // The address of the original of an item; null when there is none.
    function original(item) {
        if (item.file !== undefined) return tools.address(item.file);
        return item.url === undefined ? null : tools.web(item.url);
    }

    const isPicture = item => item.kind === "image" || (!item.kind && IMAGE.test(item.name));

    // The JSON that an annotation has under a key of what is not drawn.
    function raw(a, key) {
        const pair = (a.raw || []).find(([known]) => known === key);
        return pair ? tools.parse(pair[1]) : null;
    }

    // A section of a film, a sound or a series: from, to, and whether these are frames.
    function section(a) {
        const s = raw(a, "section") || raw(a, "data");
        if (!s || typeof s !== "object") return null;
        const frames = Number.isFinite(s.startFrame);
        const [from, to] = frames ? [s.startFrame, s.endFrame] : [s.start, s.end];
        return Number.isFinite(from) && Number.isFinite(to) ? { from, to, frames } : null;
    }

    // A picture with its shapes in an element, which takes the shape of the picture.
    function picture(item, frame, whole) {
        const address = original(item);
        const faulty = new Set((item.findings || []).map(finding => finding[3]));
        const shapes = size => frame.append(draw.picture(item.annotations, size, faulty));
        if (item.size) {
            frame.style.aspectRatio = `${item.size[0]} / ${item.size[1]}`;
            frame.style.setProperty("--ratio", item.size[0] / item.size[1]);
            shapes(item.size);
        }
        if (!address) return frame.append(el("p", { class: "note" }, words.say("missing", { file: item.name })));
        const image = el("img", { alt: "", draggable: "false", referrerpolicy: "no-referrer" });
        image.addEventListener("load", () => {
            const own = [image.naturalWidth, image.naturalHeight];
            if (!item.size) {
                frame.style.aspectRatio = `${own[0]} / ${own[1]}`;
                frame.style.setProperty("--ratio", own[0] / own[1]);
                shapes(own);
            } else if (whole && !item.shares && (own[0] !== item.size[0] || own[1] !== item.size[1])) {
                whole(words.say("other_size", { w: own[0], h: own[1], rw: item.size[0], rh: item.size[1] }));
            }
        });
        image.addEventListener("error", () => {
            image.remove();
            frame.classList.add("missing");
            if (whole) whole(words.say("missing", { file: item.file ?? item.url }));
        });
        image.src = address;
        frame.prepend(image);
    }

    // When annotations are there: their sections, and their frames, those that follow each other as one.
    function marksOf(annotations) {
        const marks = [];
        annotations.forEach((a, index) => {
            const s = section(a);
            if (s) marks.push({ a, index, ...s });
            let last = null;
            for (const frame of (a.frames || []).map(([f]) => Number(f)).filter(Number.isFinite).sort((one, other) => one - other)) {
                if (last && frame - last.to <= 1) last.to = frame;
                else marks.push((last = { a, index, from: frame, to: frame, frames: true }));
            }
        });
        return marks;
    }

    // Bars of sections under each other, a row a class, on a line that reaches to `least` at least. `seek` is called with a place that was
    // pointed at.
    function timeline(item, unit, seek, least = 0) {
        const all = marksOf(item.annotations);
        if (!all.length) return null;
        const marks = all.slice(0, MOST);
        const lanes = [...new Set(marks.map(m => m.a.class || ""))];
        const end = all.reduce((most, m) => Math.max(most, m.to), Math.max(least, 1e-9));
        const [width, lane, left] = [1000, 24, LEFT];
        const height = lanes.length * lane + 22;
        const root = svg("svg", { class: "timeline", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": words.say("section") });
        const x = at => left + (at / end) * (width - left - 10);
        lanes.forEach((one, i) => {
            root.append(svg("text", { x: left - 8, y: i * lane + 16, "text-anchor": "end" }, cut(one || words.say("unset"), 20)));
            root.append(svg("path", { class: "rule", d: `M${left} ${i * lane + 22.5}H${width - 10}` }));
        });
        for (const m of marks) {
            const bar = svg("rect", { x: x(m.from), y: lanes.indexOf(m.a.class || "") * lane + 4, width: Math.max(3, x(m.to) - x(m.from)), height: 15, rx: 2, tabindex: "0", "data-index": m.index });
            bar.style.fill = colour(m.a.class || "");
            const told = `${tools.plain(m.a.class || "")} ${short(m.from)}–${short(m.to)} ${m.frames ? words.say("frame") : unit}`;
            bar.append(svg("title", {}, told));
            bar.setAttribute("role", "button");
            bar.setAttribute("aria-label", told);
            bar.addEventListener("click", () => seek(m));
            bar.addEventListener("keydown", e => (e.key === "Enter" || e.key === " ") && (e.preventDefault(), seek(m)));
            root.append(bar);
        }
        for (let i = 0; i <= 5; i++) {
            root.append(svg("text", { class: "tick", x: x((end * i) / 5), y: height - 4, "text-anchor": i === 5 ? "end" : "middle" }, short((end * i) / 5)));
        }
        if (all.length > MOST) root.append(svg("text", { class: "tick", x: 0, y: height - 4 }, words.say("first", { n: words.number(MOST), all: words.number(all.length) })));
        return root;
    }

    const short = n => String(Math.round(n * 1000) / 1000);
    const cut = (whole, most) => {
        const seen = tools.plain(whole);
        return seen.length > most ? seen.slice(0, most - 1) + "…" : seen;
    };

    // A film with its sections on a line, and its boxes at the frame that is chosen.
    function film(item, into, say) {
        const address = original(item);
        const video = el("video", { controls: true, preload: "metadata", "aria-label": item.name });
        const frame = el("div", { class: "film" }, video);
        if (address) video.src = address;
        video.addEventListener("error", () => say(words.say("missing", { file: item.file ?? item.url ?? item.name })));
        const rate = el("input", { type: "number", min: "1", max: "1000", value: String(item.rate ?? 30), step: "any" });
        const seconds = frameNumber => frameNumber / (Number(rate.value) || 30);
        const frames = [...new Set(item.annotations.flatMap(a => (a.frames || []).map(([f]) => f)))].sort((a, b) => a - b);
        const at = el("output", {}, "");
        const boxes = wanted => {
            frame.querySelector("svg")?.remove();
            const size = item.size || (video.videoWidth ? [video.videoWidth, video.videoHeight] : null);
            at.textContent = wanted === undefined ? "" : `${words.say("frame")} ${wanted}`;
            if (!size || wanted === undefined) return;
            const now = item.annotations.map(a => {
                const box = (a.frames || []).find(([f]) => f === wanted);
                return { ...a, frames: undefined, box: box ? box.slice(1) : a.box };
            });
            frame.append(draw.picture(now, size));
        };
        const seek = m => {
            if (Number.isFinite(video.duration)) video.currentTime = Math.min(video.duration, m.frames ? seconds(m.from) : m.from);
            const box = item.annotations[m.index].frames?.find(([f]) => Number(f) === m.from);
            if (box) boxes(box[0]);
        };
        video.addEventListener("play", () => boxes());
        into.append(frame, el("p", { class: "note" }, el("label", {}, words.say("frames_a_second"), " ", rate), " ", at));
        const line = timeline(item, words.say("seconds"), seek);
        if (line) into.append(line);
        if (frames.length) {
            const pick = el("input", { type: "range", min: "0", max: String(frames.length - 1), value: "0", "aria-label": words.say("frame") });
            pick.addEventListener("input", () => {
                if (Number.isFinite(video.duration)) video.currentTime = Math.min(video.duration, seconds(frames[pick.value]));
                boxes(frames[pick.value]);
            });
            into.append(pick);
            video.addEventListener("loadedmetadata", () => boxes(frames[0]));
            boxes(frames[0]);
        } else if (item.annotations.some(a => a.box)) {
            video.addEventListener("loadedmetadata", () => boxes(""));
        }
    }

    function sound(item, into, say) {
        const audio = el("audio", { controls: true, preload: "metadata", "aria-label": item.name });
        const address = original(item);
        audio.addEventListener("error", () => say(words.say("missing", { file: item.file ?? item.url ?? item.name })));
        if (address) audio.src = address;
        into.append(audio);
        const line = timeline(item, words.say("seconds"), m => {
            if (Number.isFinite(audio.duration)) audio.currentTime = Math.min(audio.duration, m.from);
        });
        if (line) into.append(line);
    }

    // Prompts and their answers side by side.
    function chat(item, into) {
        const parts = list => (Array.isArray(list) ? list : []).map(one => el("p", {}, name(typeof one === "string" ? one : String(one?.value ?? one?.text ?? JSON.stringify(one)))));
        const turns = item.annotations.map(a => ({ a, input: raw(a, "input"), output: raw(a, "output"), to: raw(a, "promptAnnotationId") }));
        const answers = turns.filter(t => t.output);
        const shown = new Set();
        const side = (t, key, list) => el("section", { class: key }, el("h3", {}, words.say(key), " ", name([raw(t.a, "displayName") || raw(t.a, "model"), t.a.class].filter(Boolean).join(" · "))), ...parts(list));
        for (const t of turns.filter(one => one.input)) {
            const own = answers.filter(one => one.to === t.a.id);
            own.forEach(one => shown.add(one));
            into.append(el("div", { class: "turn" }, side(t, "prompt", t.input), el("div", { class: "answers" }, ...own.map(one => side(one, "answer", one.output)))));
        }
        answers.filter(one => !shown.has(one)).forEach(one => into.append(el("div", { class: "turn" }, side(one, "answer", one.output))));
    }

    // Those of bodies.js, which is loaded after this.
    const VIEWS = { video: film, audio: sound, data: (...all) => bodies.series(...all), text: (...all) => bodies.text(...all), prompt: chat, pcd: (...all) => bodies.cloud(...all) };

    return {
        original, isPicture, picture, raw, timeline,
        // When annotations of an item are there.
        marks: item => marksOf(item.annotations),
        // A small view of an item in a card.
        thumbnail(item, frame) {
            if (isPicture(item)) return picture(item, frame);
            frame.classList.add("other");
            const line = ["video", "audio", "data"].includes(item.kind) ? timeline(item, "", () => {}) : null;
            line?.querySelectorAll("[tabindex]").forEach(bar => bar.removeAttribute("tabindex"));
            frame.append(el("strong", {}, item.kind || "?"), line ?? el("span", { class: "dots" }, ...[...new Set(item.annotations.map(a => a.class || ""))].slice(0, 6).map(one => el("span", { class: "tag" }, name(cut(one || words.say("unset"), 24))))));
        },
        // The whole view of an item that is no picture. `say` tells what is wrong.
        view(item, into, say) {
            const show = Object.hasOwn(VIEWS, item.kind) ? VIEWS[item.kind] : null;
            if (show) show(item, into, say);
            const address = original(item);
            if (!show && address) into.append(el("p", {}, el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words.say("open"))));
        },
    };
})();
