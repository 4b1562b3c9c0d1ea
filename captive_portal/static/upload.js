/* Sends a large file in pieces, in their order, and goes on where it was after a break. Our own. Without it the form
   takes small files. The checksum is our own code too: browsers give theirs only to pages that come over TLS. */
(function () {
  "use strict";
  var form = document.getElementById("adding"), input = document.getElementById("file");
  var going = document.getElementById("going"), isBusy = false;
  if (!form || !input || !window.fetch || !window.FileReader || !window.Uint8Array) return;
  var piece = Number(form.getAttribute("data-piece-bytes"));

  var K = [], H = [], n = 2, prime, at;
  function part(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
  for (; K.length < 64; n++) {
    for (prime = true, at = 2; at * at <= n; at++) if (n % at === 0) prime = false;
    if (!prime) continue;
    if (H.length < 8) H.push(part(Math.sqrt(n)));
    K.push(part(Math.cbrt(n)));
  }

  function Sum() {
    this.h = H.slice();
    this.kept = new Uint8Array(0);
    this.length = 0;
  }
  Sum.prototype.block = function (b, o) {
    var w = [], h = this.h, v = h.slice(), i, s0, s1, t1, t2;
    for (i = 0; i < 64; i++) {
      if (i < 16) w[i] = (b[o + 4 * i] << 24) | (b[o + 4 * i + 1] << 16) | (b[o + 4 * i + 2] << 8) | b[o + 4 * i + 3];
      else {
        s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
        s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      t1 = (v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i]) | 0;
      t2 = ((turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
      v = [(t1 + t2) | 0, v[0], v[1], v[2], (v[3] + t1) | 0, v[4], v[5], v[6]];
    }
    for (i = 0; i < 8; i++) h[i] = (h[i] + v[i]) | 0;
  };
  function turn(x, by) { return (x >>> by) | (x << (32 - by)); }
  Sum.prototype.add = function (bytes) {
    var all = new Uint8Array(this.kept.length + bytes.length), o = 0;
    all.set(this.kept);
    all.set(bytes, this.kept.length);
    this.length += bytes.length;
    for (; o + 64 <= all.length; o += 64) this.block(all, o);
    this.kept = all.slice(o);
  };
  Sum.prototype.hex = function () {
    var bits = this.length * 8, end = new Uint8Array((this.kept.length < 56 ? 64 : 128) - this.kept.length), i;
    end[0] = 128;
    for (i = 0; i < 8; i++) end[end.length - 1 - i] = Math.floor(bits / Math.pow(256, i)) & 255;
    this.add(end);
    return this.h.map(function (x) { return ("0000000" + (x >>> 0).toString(16)).slice(-8); }).join("");
  };

  function tell(words) { going.textContent = words; }

  function read(file, from, done) {
    var reader = new FileReader();
    reader.onload = function () { done(new Uint8Array(reader.result)); };
    reader.onerror = function () { isBusy = false; };
    reader.readAsArrayBuffer(file.slice(from, from + piece));
  }

  function text(words) { return new Uint8Array(unescape(encodeURIComponent(words)).split("").map(function (c) { return c.charCodeAt(0); })); }

  function start(file) {
    var named = new Sum(), sum = new Sum(), token, sent = 0, have = 0;
    named.add(text([file.name, file.size, file.lastModified].join("|")));
    token = named.hex().slice(0, 32);

    function ask(from, bytes) {
      var where = form.getAttribute("data-pieces") + "?upload=" + token + "&size=" + file.size + "&at=" + from + "&name=" + encodeURIComponent(file.name);
      fetch(where, { method: "POST", body: bytes, credentials: "same-origin", headers: { "Content-Type": "application/octet-stream" } })
        .then(function (answer) { return answer.json(); })
        .then(function (said) {
          if (said.refused) { isBusy = false; tell(said.refused); return; }
          have = said.have;
          if (from === sent && bytes.length && have >= sent + bytes.length) { sum.add(bytes); sent += bytes.length; }
          next();
        }, function () {
          tell(form.getAttribute("data-waiting"));
          setTimeout(function () { ask(from, bytes); }, 4000);
        });
    }

    function next() {
      tell(form.getAttribute("data-going").replace("{share}", Math.floor(100 * sent / file.size)));
      if (have < sent) { sum = new Sum(); sent = 0; }
      if (sent >= file.size) return finish();
      read(file, sent, function (bytes) {
        if (have >= sent + bytes.length) { sum.add(bytes); sent += bytes.length; next(); }
        else if (have === sent) ask(sent, bytes);
        else ask(have, have > sent ? bytes.subarray(have - sent) : bytes);
      });
    }

    function finish() {
      form.elements.upload.value = token;
      form.elements.sha256.value = sum.hex();
      form.elements.name.value = file.name;
      input.disabled = true;
      form.submit();
    }

    ask(0, new Uint8Array(0));
  }

  form.addEventListener("submit", function (event) {
    var file = input.files && input.files[0];
    if (!file || !file.size) return;
    event.preventDefault();
    if (isBusy) return;
    if (file.size > Number(form.getAttribute("data-file-bytes"))) { tell(form.getAttribute("data-large")); return; }
    isBusy = true;
    start(file);
  });
})();
