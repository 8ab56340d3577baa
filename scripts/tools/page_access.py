"""Whether a page can be used by everybody: contrast as WCAG 2 measures it, names of all controls, the keyboard alone, no motion unasked."""

# Text and what is behind it, for all text in sight: [ratio, wanted, text, colours]. What an SVG has behind it is that of its element.
CONTRAST = r"""(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = css => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = css;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], under) => [r, g, b].map((n, i) => n * a + under[i] * (1 - a)).concat(1);
    const behind = element => {
        const layers = [];
        for (let e = element; e; e = e.parentElement) {
            const colour = rgba(getComputedStyle(e).backgroundColor);
            layers.push(colour);
            if (colour[3] === 1) break;
        }
        return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255, 1]);
    };
    const light = ([r, g, b]) => [r, g, b].map(n => n / 255).map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4)
        .reduce((sum, n, i) => sum + n * [0.2126, 0.7152, 0.0722][i], 0);
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const element = walk.currentNode.parentElement;
        const text = walk.currentNode.textContent.trim();
        if (!text || element.closest("title, noscript, script, style, [aria-disabled], :disabled")) continue;
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        if (!box.width || box.bottom < 0 || box.top > innerHeight || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
        const back = behind(element);
        const front = over(rgba(element instanceof SVGElement ? style.fill : style.color), back);
        const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
        const size = parseFloat(style.fontSize);
        const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
        found.push([(high + 0.05) / (low + 0.05), wanted, text.slice(0, 40), `${style.color} on ${back.slice(0, 3).map(Math.round)}`]);
    }
    return found;
})()"""

# What has to have a name that people who do not see it are told.
ROLES = {"button", "link", "textbox", "searchbox", "checkbox", "radio", "slider", "spinbutton", "combobox", "img", "image", "dialog", "navigation", "complementary"}

# The controls in sight that keys should reach; a group of cards is one stop each.
CONTROLS = """[...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"], audio[controls], video[controls]')].filter(e => !e.disabled && e.getClientRects().length && e.checkVisibility() && (!e.closest('details:not([open])') || e.matches('summary')))"""


def contrast(browser, where):
    """Gives the least ratio that was found."""
    found = browser.eval(CONTRAST)
    poor = [one for one in found if one[0] < one[1]]
    assert not poor, (where, poor)
    return min((one[0] for one in found), default=21)


def names(browser, where):
    """Every control and picture has a name in the tree that screen readers are given."""
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    nameless = [n for n in nodes if not n.get("ignored") and n.get("role", {}).get("value") in ROLES and not n.get("name", {}).get("value", "").strip()]
    # The parts of players are Chromium's.
    assert not nameless, (where, [(n["role"]["value"], n.get("backendDOMNodeId")) for n in nameless])


def keyboard(browser, where, most=400):
    """Tab alone comes to every control."""
    browser.eval(f"(() => {{ window.stops = new Set(); window.wanted = {CONTROLS}; document.activeElement?.blur(); addEventListener('focusin', e => stops.add(e.target)); }})()")
    count = browser.eval("wanted.length")
    for _ in range(min(most, 2 * count + 10)):
        for kind in ["rawKeyDown", "keyUp"]:
            browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        if browser.eval("wanted.every(e => stops.has(e) || !e.isConnected)"):
            break
    left = browser.eval("wanted.filter(e => !stops.has(e) && e.isConnected).map(e => e.outerHTML.slice(0, 120))")
    assert not left, (where, left)
    # Whoever is there sees it: the outline is not taken away.
    browser.eval("delete window.stops, delete window.wanted")


def motion(browser, where):
    """Who has asked for no motion gets none."""
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    moving = browser.eval("[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e); return s.animationName !== 'none' || s.transitionDuration.split(', ').some(d => parseFloat(d) > 0) || s.scrollBehavior === 'smooth'; }).length")
    browser.call("Emulation.setEmulatedMedia", features=[])
    assert moving == 0, (where, moving)
