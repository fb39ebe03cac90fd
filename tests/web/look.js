// What axe does not see: edges and focus rings one can tell from their ground, targets one can hit, the order of the keyboard.
(() => {
  const INTERACTIVE =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], video[controls], iframe, " +
    "[contenteditable=true], [tabindex]";
  const TARGETS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab]";
  const SMALLEST = 24;
  const NON_TEXT = 3;
  const TEXT = 4.5;
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  const rgba = (color) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = "#000";
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = paint.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
  const canvas = () => rgba(getComputedStyle(document.documentElement).colorScheme.includes("dark") &&
    matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#fff");
  // The colour behind an element's text: its own background over those of its ancestors.
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), canvas());
  };
  const luminance = (color) => {
    const [red, green, blue] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const round = (value) => Math.round(value * 100) / 100;

  const outside = (element) => ground(element.parentElement || document.documentElement);
  const name = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 100);
  const area = () => document.querySelector("dialog:modal") || document;
  const visible = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    const onPaper = box.right > 0 && box.bottom + scrollY > 0;
    return box.width > 1 && box.height > 1 && onPaper && getComputedStyle(element).clipPath !== "inset(50%)";
  };
  const native = (element) =>
    ["checkbox", "radio", "range", "color", "file"].includes(element.type) && getComputedStyle(element).appearance !== "none";
  const everything = () => [...document.querySelectorAll("*")];
  const inside = (selector) => [...area().querySelectorAll(selector)];

  // Controls whose edge cannot be told from what they lie on.
  const edges = () =>
    inside("button, input:not([type=hidden]), select, textarea, summary, a[class]")
      .filter((one) => visible(one) && !one.disabled && !native(one))
      .flatMap((one) => {
        const style = getComputedStyle(one);
        const around = outside(one);
        const field = !["A", "BUTTON", "SUMMARY"].includes(one.tagName) && !["submit", "button"].includes(one.type);
        const sides = ["Top", "Right", "Bottom", "Left"].filter(
          (side) => parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== "none",
        );
        const borders = sides.map((side) => rgba(style[`border${side}Color`])).filter((color) => color[3] > 0);
        const fill = rgba(style.backgroundColor);
        // A button may be text alone; a field is seen by its edge.
        if (!field && (one.tagName === "A" || borders.length === 0) && fill[3] === 0) return [];
        if (!field && one.tagName === "A" && borders.length < 4) return [];
        const seen = [
          ...borders.map((color) => contrast(over(color, around), around)),
          fill[3] > 0 ? contrast(over(fill, around), around) : 1,
        ];
        const best = Math.max(...seen);
        return best < NON_TEXT ? [`edge ${round(best)}:1 — ${name(one)}`] : [];
      });

  // Targets that are hard to hit (WCAG 2.5.8): words within a sentence and lonely ones may be small.
  const targets = () => {
    const found = inside(TARGETS).filter((one) => visible(one) && !one.disabled);
    const box = (one) => {
      const own = one.getBoundingClientRect();
      const labels = [...(one.labels || [])].filter(visible).map((label) => label.getBoundingClientRect());
      const all = [own, ...labels];
      return { width: Math.max(...all.map((it) => it.width)), height: Math.max(...all.map((it) => it.height)), own };
    };
    const boxes = new Map(found.map((one) => [one, box(one)]));
    const small = found.filter((one) => Math.min(boxes.get(one).width, boxes.get(one).height) < SMALLEST - 0.5);
    const middle = ({ own }) => [own.left + own.width / 2, own.top + own.height / 2];
    const away = ([x, y], own) =>
      Math.hypot(Math.max(own.left - x, 0, x - own.right), Math.max(own.top - y, 0, y - own.bottom));
    const isInSentence = (one) =>
      getComputedStyle(one).display.startsWith("inline") &&
      [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && node.data.trim().length > 1);
    const isLonely = (one) =>
      found.every((other) => {
        if (other === one || other.contains(one) || one.contains(other)) return true;
        const center = middle(boxes.get(one));
        const [x, y] = middle(boxes.get(other));
        const bothSmall = small.includes(other);
        return bothSmall
          ? Math.hypot(center[0] - x, center[1] - y) >= SMALLEST
          : away(center, boxes.get(other).own) >= SMALLEST / 2;
      });
    return small
      .filter((one) => !isInSentence(one) && !isLonely(one))
      .map((one) => `target ${Math.round(boxes.get(one).width)}×${Math.round(boxes.get(one).height)} — ${name(one)}`);
  };

  // What every page has once.
  const frame = () => {
    const wrong = [];
    const count = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility()).length;
    if (count("h1") !== 1) wrong.push(`${count("h1")} h1`);
    if (count("main") !== 1) wrong.push(`${count("main")} main`);
    if (count("body > header") > 1) wrong.push("more than one banner");
    if (!document.title.trim()) wrong.push("no title");
    if (!["sv", "en"].includes(document.documentElement.lang)) wrong.push(`lang “${document.documentElement.lang}”`);
    if (inside("nav").filter(visible).length > 1)
      inside("nav").filter(visible).forEach((one) => {
        if (!one.ariaLabel && !one.getAttribute("aria-labelledby")) wrong.push(`nav without a name — ${name(one)}`);
      });
    inside("[tabindex]").forEach((one) => {
      if (one.tabIndex > 0) wrong.push(`tabindex ${one.tabIndex} — ${name(one)}`);
    });
    return wrong;
  };

  const wide = () => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const far = everything().filter((one) => visible(one) && one.getBoundingClientRect().right > root.clientWidth + 1);
    return [`wider than the screen: ${root.scrollWidth} > ${root.clientWidth} — ${far.slice(-1).map(name)}`];
  };

  // On paper: backgrounds are not printed, nothing hangs, nothing is cut off.
  const paper = () => {
    const wrong = [];
    const white = [255, 255, 255, 1];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || seen.has(element) || !visible(element)) continue;
      seen.add(element);
      const style = getComputedStyle(element);
      if (style.printColorAdjust === "exact") continue;
      const seenAs = contrast(over(rgba(style.color), white), white);
      if (seenAs < TEXT) wrong.push(`on paper ${round(seenAs)}:1 — ${name(element)}`);
    }
    everything().forEach((one) => {
      if (["fixed", "sticky"].includes(getComputedStyle(one).position) && visible(one))
        wrong.push(`hangs on paper — ${name(one)}`);
    });
    return wrong;
  };

  // The keyboard: which elements it must come to, and what is to be seen where it is.
  const number = (element) => everything().indexOf(element);
  const stops = () =>
    inside(INTERACTIVE)
      .filter((one) => one.tabIndex >= 0 && !one.disabled && !one.closest("[inert]") && one.checkVisibility({ visibilityProperty: true }))
      .filter((one) => one.tagName !== "SUMMARY" || one.parentElement.querySelector("summary") === one)
      .filter((one) => {
        if (one.type !== "radio") return true;
        const group = inside("input[type=radio]").filter((other) => other.name === one.name && other.form === one.form);
        return one === (group.find((other) => other.checked) || group.find((other) => !other.disabled));
      })
      .map((one) => [number(one), name(one)]);
  const start = () => {
    if (document.querySelector("dialog:modal")) return;
    document.body.tabIndex = -1;
    document.body.focus({ preventScroll: true });
    document.body.removeAttribute("tabindex");
  };
  const focused = () => {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    const wrong = [];
    const near = [one, ...(one.labels || []), one.parentElement, one.nextElementSibling].filter(Boolean);
    const ringed = near.find((it) => {
      const style = getComputedStyle(it);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    if (!ringed) wrong.push(`no focus ring — ${name(one)}`);
    else {
      const style = getComputedStyle(ringed);
      const around = parseFloat(style.outlineOffset) < 0 ? ground(ringed) : outside(ringed);
      const best = contrast(over(rgba(style.outlineColor), around), around);
      if (best < NON_TEXT) wrong.push(`focus ring ${round(best)}:1 — ${name(one)}`);
    }
    const box = one.getBoundingClientRect();
    const points = [
      [box.left + box.width / 2, box.top + box.height / 2],
      [box.left + 3, box.top + 3],
      [box.right - 3, box.bottom - 3],
      [box.left + 3, box.bottom - 3],
      [box.right - 3, box.top + 3],
    ];
    const shown = points.some(([x, y]) => {
      const hit = document.elementFromPoint(x, y);
      return hit && (one.contains(hit) || hit.contains(one) || [...(one.labels || [])].some((it) => it.contains(hit)));
    });
    if (!shown) wrong.push(`hidden while focused — ${name(one)}`);
    return { at: number(one), name: name(one), several: ["date", "time", "datetime-local", "month", "week"].includes(one.type), wrong };
  };

  globalThis.varnaLook = { edges, targets, frame, wide, paper, stops, start, focused };
})();
