"use strict";
// The data: a head, rows for filters, and items in files that are loaded when they are shown.

const gallery = (() => {
    // Files of items that stay in memory.
    const KEPT = 40;

    let head = null;
    const rows = [];
    const files = new Map();
    // Files of items that are being loaded.
    const awaited = new Map();

    // Runs a script of the data; a browser does not let a page of a folder read files in another way.
    function load(path) {
        return new Promise((done, failed) => {
            const script = document.createElement("script");
            script.src = path;
            script.onload = () => done(script.remove());
            script.onerror = () => failed(new Error(path));
            document.head.append(script);
        });
    }

    const numbered = n => String(n).padStart(4, "0");

    // The number of the file that has an item.
    function fileOf(index) {
        let [low, high] = [0, head.firsts.length];
        while (high - low > 1) {
            const middle = (low + high) >> 1;
            if (head.firsts[middle] <= index) low = middle;
            else high = middle;
        }
        return low;
    }

    return {
        // Called by the data.
        head(value) {
            head = value;
        },
        rows(number, list) {
            list.forEach((row, i) => {
                rows[number * head.rows + i] = row;
            });
        },
        items(number, list) {
            awaited.get(number).list = list;
        },

        get about() {
            return head;
        },
        // The rows loaded so far: [name, item, kind, part, status, review, labelers, classes, tools, problems, sizes], names by number.
        get loaded() {
            return rows;
        },
        // Loads all rows, and calls `progress` after each file of them.
        async loadRows(progress) {
            for (let n = 0; n * head.rows < head.count; n++) {
                await load(`data/index-${numbered(n)}.js`);
                progress();
            }
        },
        // An item by its number.
        async item(index) {
            const number = fileOf(index);
            let file = files.get(number);
            if (!file) {
                file = { list: [] };
                awaited.set(number, file);
                file.ready = load(`data/${numbered(number)}.js`).finally(() => awaited.delete(number));
            }
            // The one used last is the last in the map, the first is dropped.
            files.delete(number);
            files.set(number, file);
            while (files.size > KEPT) files.delete(files.keys().next().value);
            await file.ready;
            return file.list[index - head.firsts[number]];
        },
        // The number of the item that has this name or id, of those loaded; -1: none.
        find(name) {
            const named = rows.findIndex(row => row[0] === name);
            return named >= 0 ? named : rows.findIndex(row => gallery.idOf(row) === name);
        },
        // The id of the item of a row.
        idOf: row => row[1] === 0 ? row[0].replace(/\.[^.]*$/, "") : row[1],
    };
})();
