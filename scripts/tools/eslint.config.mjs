// How the scripts of the gallery are judged. They share one scope, in the order in which index.html loads them.
const shared = { words: "readonly", tools: "readonly", gallery: "readonly", draw: "readonly", filters: "readonly", grid: "readonly", media: "readonly", itemView: "readonly", overview: "readonly", read: "readonly", bodies: "readonly", check: "readonly" };
const browser = Object.fromEntries(["document", "window", "location", "navigator", "addEventListener", "matchMedia", "requestAnimationFrame", "URL", "fetch", "TextDecoder", "devicePixelRatio", "URLSearchParams"].map(name => [name, "readonly"]));

export default [
    {
        languageOptions: { ecmaVersion: 2022, sourceType: "script", globals: { ...shared, ...browser } },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            strict: ["error", "global"], "no-undef": "error", "no-unused-vars": ["error", { varsIgnorePattern: `^(${Object.keys(shared).join("|")})$` }],
            "prefer-const": "error", "no-var": "error", eqeqeq: ["error", "always", { null: "ignore" }], "no-shadow": "error", "no-implicit-globals": "off",
            "no-eval": "error", "no-implied-eval": "error", "no-new-func": "error", "no-console": "error", "no-alert": "error", "no-control-regex": "off",
            "consistent-return": "off", complexity: ["error", 22], "max-lines": ["error", 500],
            // Elements are made of nodes and text, never of markup.
            "no-restricted-properties": ["error", ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "writeln", "createContextualFragment"].map(property => ({ property }))],
        },
    },
];
