// The list tells what is new by itself, and never moves what the hand or the focus is on.
"use strict";

(() => {
  const live = document.getElementById("live");
  const list = document.getElementById("list");
  if (!live || !list) {
    return;
  }
  const say = live.dataset;
  const news = live.querySelector(".news");
  const state = live.querySelector("[data-state]");
  const MINUTE = 60_000;
  const rows = (within) => [...within.querySelectorAll("[data-ref]")];
  const order = (within) => rows(within).map((row) => `${row.closest("section").className} ${row.dataset.ref}`).join();
  let waiting = null;
  let asked = 0;

  // Times, as the server says them (i18n/times.py).
  const counted = (number, one, many) => (number === 1 ? one : many.replace("#", number));
  const span = (minutes) => {
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor((minutes % 1440) / 60);
    return [
      days && counted(days, say.day, say.days),
      hours && minutes < 7 * 1440 && counted(hours, say.hour, say.hours),
      minutes % 60 && !days && counted(minutes % 60, say.minute, say.minutes),
    ].filter(Boolean).join(" ");
  };
  const words = (left) => {
    const minutes = Math.floor(Math.abs(left) / MINUTE);
    return minutes === 0 ? say.now : (left > 0 ? say.left : say.over).replace("#", span(minutes));
  };
  const tick = () => {
    let crossed = false;
    rows(list).forEach((row) => {
      const due = row.querySelector(".due");
      const time = due?.querySelector("time");
      if (!time) {
        return;
      }
      const at = Date.parse(time.dateTime);
      const left = at - Date.now();
      const text = due.querySelector("strong");
      if (text.textContent !== words(left)) {
        text.textContent = words(left);
      }
      crossed ||= left <= 0 && !due.classList.contains("over");
      due.classList.toggle("over", left <= 0);
      row.classList.toggle("over", left <= 0);
      const bar = row.querySelector(".timebar");
      if (bar) {
        const began = Date.parse(bar.dataset.started);
        const used = at > began ? Math.min(1, Math.max(0, (Date.now() - began) / (at - began))) : 1;
        bar.querySelector(".used").setAttribute("width", used * 100);
        bar.classList.toggle("over", used >= 1);
        bar.classList.toggle("near", used >= 0.8 && used < 1);
      }
    });
    return crossed;
  };

  // What somebody points at or stands on stays where it is, whatever becomes longer above it.
  const keepingStill = (change) => {
    const held = list.querySelector("[data-ref]:focus-within") || list.querySelector("[data-ref]:hover");
    const before = held?.getBoundingClientRect().top;
    change();
    if (held) {
      window.scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
    }
  };
  const rewrite = (row, fresh) => {
    row.style.minHeight = `${row.offsetHeight}px`;
    row.className = fresh.className;
    row.querySelectorAll("[data-part]").forEach((part) => {
      const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      if (part.innerHTML !== other.innerHTML) {
        part.replaceChildren(...other.cloneNode(true).childNodes);
      }
    });
  };
  const leave = (row) => {
    row.style.minHeight = `${row.offsetHeight}px`;
    row.classList.add("gone");
    row.querySelectorAll("[data-part]:not([data-part=next])").forEach((part) => part.replaceChildren());
    row.querySelector("[data-part=about]").textContent = say.gone;
  };
  const tell = (fresh) => {
    const known = new Set(rows(list).map((row) => row.dataset.ref));
    const come = rows(fresh).filter((row) => !known.has(row.dataset.ref)).length;
    const text = come ? counted(come, say.new, say.news) : say.moved;
    const button = news.querySelector("button") || document.createElement("button");
    button.type = "button";
    if (button.textContent !== text) {
      button.textContent = text;
    }
    if (!button.isConnected) {
      news.replaceChildren(button);
    }
    live.classList.add("has-news");
  };
  const calm = () => {
    news.replaceChildren();
    live.classList.remove("has-news");
  };

  // Look again: lines in place get their new text, the rest waits for a click.
  const look = async () => {
    const number = ++asked;
    let answer;
    try {
      answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    } catch {
      return;
    }
    if (answer.redirected || !answer.ok || number !== asked) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("list");
    if (!fresh) {
      return;
    }
    const by = new Map(rows(fresh).map((row) => [row.dataset.ref, row]));
    keepingStill(() => {
      rows(list).forEach((row) => (by.has(row.dataset.ref) ? rewrite(row, by.get(row.dataset.ref)) : leave(row)));
      page.querySelectorAll("[data-count]").forEach((count) => {
        document.querySelector(`[data-count="${count.dataset.count}"]`).textContent = count.textContent;
      });
      const said = document.getElementById("burning");
      if (said && page.getElementById("burning")) {
        said.replaceWith(page.getElementById("burning"));
      }
    });
    live.querySelector(".made time").replaceWith(page.querySelector(".made time"));
    waiting = order(fresh) === order(list) ? null : fresh;
    if (waiting) {
      tell(waiting);
    } else {
      calm();
    }
  };
  // A storm of changes is looked at once a second.
  let timer = null;
  let last = 0;
  const lookSoon = () => {
    timer ??= setTimeout(() => {
      timer = null;
      last = Date.now();
      look();
    }, Math.max(0, last + 1_000 - Date.now()));
  };
  const show = () => {
    const known = new Set(rows(list).map((row) => row.dataset.ref));
    rows(waiting).forEach((row) => row.classList.toggle("fresh", !known.has(row.dataset.ref)));
    list.replaceChildren(...waiting.childNodes);
    waiting = null;
    calm();
    window.scrollTo({ top: 0, behavior: "instant" });
    (list.querySelector(".fresh a") || list.querySelector("h2"))?.focus();
    tick();
  };
  news.addEventListener("click", (event) => {
    if (event.target.closest("button") && waiting) {
      show();
    }
  });

  // The stream: only while somebody looks, so that it holds no connection from a page that lies behind others.
  let stream = null;
  const listen = () => {
    if (!say.stream || stream || document.hidden) {
      return;
    }
    stream = new EventSource(say.stream);
    stream.addEventListener("open", () => (state.textContent = say.live));
    stream.addEventListener("changed", lookSoon);
    stream.addEventListener("ended", (event) => rest(event.data === "signed_out" ? say.leftOut : say.still));
    stream.addEventListener("error", () => (state.textContent = say.still));
  };
  const rest = (text) => {
    stream?.close();
    stream = null;
    state.textContent = text;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      rest("");
    } else {
      tick();
      look();
      listen();
    }
  });
  window.addEventListener("pagehide", () => rest(""));

  // From line to line with j and k, once one stands on a line.
  list.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || !event.target.closest("[data-ref]")) {
      return;
    }
    const links = rows(list).map((row) => row.querySelector("a"));
    links[links.indexOf(event.target.closest("a")) + step]?.focus();
  });
  if (rows(list).length > 1) {
    document.querySelector(".keys").hidden = false;
  }

  state.textContent = say.still;
  setInterval(() => {
    if (tick() && say.stream) {
      look();
    }
  }, MINUTE / 4);
  listen();
})();
