"use strict";
// The contents of originals that the page draws itself: texts, points, series. Browsers let a page read files of its own server, and none of
// the folder that it was opened from.

const read = (() => {
    const MOST = 32 * 1024 * 1024;
    // Points and values at most.
    const POINTS = 400000;

    // The bytes of the original of an item. Fails with what to say.
    async function bytes(item) {
        const address = media.original(item);
        if (!address) throw new Error(words.say("missing", { file: item.name }));
        if (item.file === undefined) throw new Error(words.say("not_from_there"));
        if (location.protocol === "file:") throw new Error(words.say("not_from_folder"));
        const answer = await fetch(address).catch(() => null);
        if (!answer?.ok) throw new Error(words.say("missing", { file: item.file }));
        const tooLarge = () => new Error(words.say("too_large", { n: MOST / 1048576 }));
        if (Number(answer.headers.get("Content-Length")) > MOST) throw tooLarge();
        const found = await answer.arrayBuffer();
        if (found.byteLength > MOST) throw tooLarge();
        return found;
    }

    // Bytes as text: UTF-8, else what Korean Windows writes.
    function decode(found) {
        try {
            return new TextDecoder("utf-8", { fatal: true }).decode(found);
        } catch {
            return new TextDecoder("euc-kr").decode(found);
        }
    }

    // How a field of a PCD is read.
    const READERS = { F4: "getFloat32", F8: "getFloat64", U1: "getUint8", U2: "getUint16", U4: "getUint32", I1: "getInt8", I2: "getInt16", I4: "getInt32" };

    // The points of a PCD, `x, y, z, x, y, z, …`. Fails with what to say.
    function points(found) {
        const wrong = what => new Error(words.say("no_points", { what }));
        const front = new TextDecoder("latin1").decode(found.slice(0, 4096));
        const data = /^DATA\s+(\w+)\s*?\n/m.exec(front);
        if (!data) throw wrong("PCD");
        const line = key => new RegExp(`^${key}\\s+(.*)$`, "m").exec(front)?.[1].trim().split(/\s+/) ?? [];
        const [fields, sizes, types] = [line("FIELDS"), line("SIZE").map(Number), line("TYPE")];
        const counts = line("COUNT").length ? line("COUNT").map(Number) : fields.map(() => 1);
        const axes = ["x", "y", "z"].map(axis => fields.indexOf(axis));
        if (axes.includes(-1)) throw wrong("x y z");
        const from = data.index + data[0].length;
        const list = [];
        if (data[1] === "ascii") {
            const columns = axes.map(at => counts.slice(0, at).reduce((sum, n) => sum + n, 0));
            for (const row of new TextDecoder("latin1").decode(found.slice(from)).split("\n")) {
                const cells = row.trim().split(/\s+/);
                if (cells.length > 2 && list.length < 3 * POINTS) list.push(...columns.map(at => Number(cells[at])));
            }
            return list;
        }
        if (data[1] !== "binary") throw wrong(data[1]);
        const places = fields.map((_, i) => counts.slice(0, i).reduce((sum, n, j) => sum + n * sizes[j], 0));
        const stride = counts.reduce((sum, n, i) => sum + n * sizes[i], 0);
        const readers = axes.map(at => READERS[types[at] + sizes[at]]);
        if (!(stride > 0) || readers.includes(undefined)) throw wrong("TYPE, SIZE");
        const view = new DataView(found, from);
        // Of more than can be drawn every second, third, … one.
        const step = stride * Math.max(1, Math.ceil(view.byteLength / stride / POINTS));
        for (let at = 0; at + stride <= view.byteLength; at += step) axes.forEach((axis, i) => list.push(view[readers[i]](at + places[axis], true)));
        return list;
    }

    // The numbers of a table: a list of values for each column; columns without numbers are left out.
    function series(text) {
        const rows = text.split(/\r?\n/).filter(Boolean).slice(0, POINTS + 1).map(row => row.split(/[,;\t]/));
        const isHead = rows.length > 1 && rows[0].every(cell => Number.isNaN(Number(cell)));
        const heads = isHead ? rows.shift() : [];
        const width = Math.min(16, Math.max(0, ...rows.slice(0, 100).map(row => row.length)));
        return Array.from({ length: width }, (_, i) => ({ name: heads[i] ?? String(i + 1), values: rows.map(row => row[i] === undefined || row[i].trim() === "" ? NaN : Number(row[i])) }))
            .filter(column => column.values.some(Number.isFinite));
    }

    return { bytes, decode, points, series };
})();
