/* What an open page does by itself: it looks again when the hub has something new, in place, and keeps what could not
   be sent. Our own; no page needs it. Written so that an old browser that cannot do it does nothing. */
(function () {
  "use strict";
  var main = document.getElementById("main"), said = document.getElementById("said");
  if (!main || !said || !window.fetch || !window.DOMParser || !window.Promise) {
    if (main && main.hasAttribute("data-live")) setTimeout(function () { location.reload(); }, 60000);
    return;
  }
  var isLive = main.hasAttribute("data-live"), isDisplay = main.hasAttribute("data-display");
  var source = null, refusedAt = 0, heardAt = 0, goneAt = 0, lookedAt = Date.now(), touchedAt = 0, looking = false, isAway = false;
  var turn_ms = isDisplay ? 20000 : 45000 + Math.random() * 30000, pressed = null;

  function tell(name, show) {
    var words = name ? said.getAttribute("data-" + name) : "", link;
    if (said.getAttribute("data-now") === words && !show) return;
    said.setAttribute("data-now", words);
    said.textContent = words;
    if (!show) return;
    link = document.createElement("a");
    link.href = "#main";
    link.textContent = said.getAttribute("data-show");
    link.onclick = function (event) {
      event.preventDefault();
      tell("");
      show.scrollIntoView();
      var inside = show.querySelector("a");
      if (inside) inside.focus();
    };
    said.appendChild(document.createTextNode(" "));
    said.appendChild(link);
  }

  function away() {
    if (!isAway && isLive) tell("away");
    isAway = true;
  }

  function back(asked) {
    if (asked < goneAt) return;
    if (isAway) tell("");
    isAway = false;
  }

  function ask(address, options) {
    options.credentials = "same-origin";
    return Promise.race([fetch(address, options), new Promise(function (_, no) { setTimeout(no, 15000); })]);
  }

  /* The new page in place of the old one: nodes that are the same stay, and with them focus and what is typed. */

  function key(node) {
    if (node.nodeType !== 1) return "";
    if (node.id) return "#" + node.id;
    if (!/^(LI|A|FORM)$/.test(node.nodeName)) return "";
    var link = node.nodeName === "LI" ? node.querySelector("a") : node;
    link = link && (link.getAttribute("href") || link.getAttribute("action"));
    return link ? node.nodeName + link : "";
  }

  function isTyped(field) {
    return field.type !== "hidden" && (field.isTouched || (/^(INPUT|TEXTAREA)$/.test(field.nodeName)
      && !/^(radio|checkbox|submit|button)$/.test(field.type) && field.value !== field.defaultValue));
  }

  function isHeld(node) {
    if (node.nodeType !== 1) return false;
    if (node.contains(document.activeElement)) return true;
    return [].some.call(node.querySelectorAll("input,textarea,select"), isTyped);
  }

  function renew(old, fresh) {
    if (old.nodeType !== 1) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    if (old.nodeName === "FORM" || old.isEqualNode(fresh)) return;
    [].slice.call(old.attributes).forEach(function (one) {
      if (one.name !== "open" && !fresh.hasAttribute(one.name)) old.removeAttribute(one.name);
    });
    [].slice.call(fresh.attributes).forEach(function (one) {
      if (one.name !== "open" && old.getAttribute(one.name) !== one.value) old.setAttribute(one.name, one.value);
    });
    renewInside(old, fresh);
  }

  function renewInside(old, fresh) {
    var wanted = {}, known = {}, at, child, next, found;
    for (child = fresh.firstChild; child; child = child.nextSibling) wanted[key(child)] = true;
    for (child = old.firstChild; child; child = next) {
      next = child.nextSibling;
      if (!key(child)) continue;
      known[key(child)] = child;
      if (!wanted[key(child)] && !isHeld(child)) old.removeChild(child);
    }
    at = old.firstChild;
    for (child = fresh.firstChild; child; child = next) {
      next = child.nextSibling;
      found = key(child) ? known[key(child)] : null;
      if (found && found.parentNode !== old) found = null;
      while (found && at && at !== found && !key(at) && !isHeld(at) && at.compareDocumentPosition(found) & 4) {
        at = at.nextSibling;
        old.removeChild(at.previousSibling);
      }
      if (!key(child) && at && !key(at) && at.nodeName === child.nodeName) found = at;
      if (!found) {
        old.insertBefore(document.importNode(child, true), at);
        continue;
      }
      if (found === at) at = at.nextSibling;
      else old.insertBefore(found, at);
      renew(found, child);
    }
    for (; at; at = next) {
      next = at.nextSibling;
      if (!isHeld(at)) old.removeChild(at);
    }
  }

  function items() {
    var found = {};
    [].forEach.call(main.querySelectorAll("li"), function (one) {
      if (/^LI\/(p|alerts)\//.test(key(one))) found[key(one)] = one;
    });
    return found;
  }

  function inSight() {
    var focused = document.activeElement;
    var all = [].slice.call(main.querySelectorAll("a,button,summary,input,select,textarea"));
    all = all.concat([].slice.call(main.querySelectorAll("li,h2,p")));
    if (main.contains(focused)) all.unshift(focused);
    return all.map(function (one) {
      return [one, one.getBoundingClientRect()];
    }).filter(function (pair) {
      return pair[1].height && pair[1].top >= 0 && pair[1].top < window.innerHeight;
    }).map(function (pair) {
      return [pair[0], pair[1].top];
    });
  }

  function show(fresh) {
    var now = fresh.getElementById("main"), before = items(), words = main.textContent, seen = inSight(), news = null;
    if (!now || !now.hasAttribute("data-live")) return;
    renew(main, now);
    ["truth", "turn"].forEach(function (id) {
      if (document.getElementById(id) && fresh.getElementById(id)) renew(document.getElementById(id), fresh.getElementById(id));
    });
    document.title = fresh.title;
    if (isDisplay) return;
    stay(seen);
    var after = items();
    Object.keys(after).reverse().forEach(function (one) { if (!before[one]) news = one; });
    if (news) tell(/alerts/.test(news) ? "alert" : "new", after[news]);
    else if (/^\/(p|c|alerts)\/./.test(location.pathname) && main.textContent !== words) tell("new");
  }

  function stay(seen) {
    var held = seen.filter(function (pair) { return main.contains(pair[0]); })[0];
    var moved = held ? held[0].getBoundingClientRect().top - held[1] : 0;
    if (!moved) return;
    document.body.style.minHeight = window.pageYOffset + moved + window.innerHeight + "px";
    window.scrollBy(0, moved);
  }

  function whenQuiet(act) {
    if (Date.now() - touchedAt > 1000) act();
    else setTimeout(function () { whenQuiet(act); }, 300);
  }

  function look() {
    if (looking) return;
    looking = true;
    var asked = lookedAt = Date.now();
    ask(location.pathname + location.search, {}).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.text() : "";
    }).then(function (html) {
      looking = false;
      back(asked);
      listen();
      if (html) whenQuiet(function () { show(new DOMParser().parseFromString(html, "text/html")); });
    }, function () {
      looking = false;
      away();
    });
  }

  function heard() {
    heardAt = Date.now();
  }

  function hush() {
    if (source) source.close();
    source = null;
  }

  function listen() {
    if (!window.EventSource || source || document.hidden || Date.now() - refusedAt < 300000) return;
    var mine = source = new EventSource("/live" + (isDisplay ? "?display" : ""));
    heard();
    mine.onmessage = function (event) {
      heard();
      back(heardAt);
      if (event.data !== main.getAttribute("data-live")) look();
    };
    mine.addEventListener("beat", heard);
    mine.onerror = function () {
      if (mine.readyState !== 2) return;
      refusedAt = Date.now();
      if (mine === source) hush();
    };
  }

  function tick() {
    if (document.hidden) return;
    if (source && Date.now() - heardAt > 50000) hush();
    if (Date.now() - lookedAt > (isAway ? 6000 : source && !isDisplay ? 120000 : turn_ms)) look();
  }

  if (isLive) {
    document.documentElement.style.overflowAnchor = "none";
    ["touchstart", "touchmove", "mousedown", "keydown", "scroll", "wheel"].forEach(function (name) {
      document.addEventListener(name, function () { touchedAt = Date.now(); }, { passive: true, capture: true });
    });
    document.addEventListener("visibilitychange", function () {
      if (document.hidden) hush();
      else look();
    });
    window.addEventListener("pagehide", hush);
    window.addEventListener("pageshow", function (event) { if (event.persisted) look(); });
    window.addEventListener("offline", function () {
      goneAt = Date.now();
      hush();
      away();
    });
    window.addEventListener("online", look);
    setInterval(tick, 2000);
    listen();
  }
  document.addEventListener("input", function (event) { event.target.isTouched = true; });

  /* A form that is sent while the hub is away stays on the page, and is sent again: the same token, so the same record. */

  function address(form, button) {
    return (button && button.getAttribute("formaction")) || form.getAttribute("action") || location.href;
  }

  function fields(form, button) {
    var all = new URLSearchParams(new FormData(form));
    if (button && button.name) all.append(button.name, button.value);
    return all;
  }

  function sendOn(form, button) {
    var own = form.getAttribute("action"), extra = document.createElement("input");
    extra.type = "hidden";
    if (button && button.name) {
      extra.name = button.name;
      extra.value = button.value;
    }
    form.appendChild(extra);
    form.setAttribute("action", address(form, button));
    HTMLFormElement.prototype.submit.call(form);
    form.removeChild(extra);
    form.setAttribute("action", own);
  }

  function send(form, button) {
    var isKept = form.hasAttribute("data-keep");
    clearTimeout(form.waiting);
    if (form.isBusy) return;
    form.isBusy = true;
    ask(isKept ? address(form, button) : "/live/here", isKept ? { method: "POST", body: fields(form, button) } : {
      cache: "no-store"
    }).then(function (answer) {
      form.isBusy = false;
      back(Date.now());
      tell("");
      if (isKept && answer.redirected) location.href = answer.url;
      else sendOn(form, button);
    }, function () {
      form.isBusy = false;
      tell("kept");
      form.waiting = setTimeout(function () { send(form, button); }, 4000);
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button");
    if (button && button.form) pressed = button;
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || !window.URLSearchParams || (form.getAttribute("method") || "").toLowerCase() !== "post") return;
    if (form.enctype === "multipart/form-data") return;
    event.preventDefault();
    send(form, event.submitter || (pressed && pressed.form === form ? pressed : null));
  });
})();
