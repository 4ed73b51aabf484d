// Hides what does not fit the search. The page is complete and printable without it.
(function () {
  "use strict";
  var form = document.querySelector("form.filter");
  if (!form) return;
  var search = form.querySelector("input"), owner = form.querySelectorAll("select")[0], kind = form.querySelectorAll("select")[1];
  var output = form.querySelector("output"), none = document.querySelector("[data-none]");
  var bodies = Array.prototype.slice.call(document.querySelectorAll("table.list tbody"));
  var texts = bodies.map(function (body) { return body.textContent.toLowerCase(); });
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });

  function fits(body, text, words) {
    var rows = body.rows, found = false;
    for (var i = 0; i < rows.length && !found; i++) {
      found = (!owner.value || rows[i].dataset.owner === owner.value) && (!kind.value || rows[i].dataset.kind === kind.value);
    }
    return found && words.every(function (word) { return text.indexOf(word) >= 0; });
  }

  function show() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean), band = null, inBand = 0, calls = 0;
    bodies.forEach(function (body, place) {
      if ("band" in body.dataset) {
        if (band) band.hidden = !inBand;
        band = body; inBand = 0;
        return;
      }
      var shown = fits(body, texts[place], words);
      body.hidden = !shown;
      if (shown) { inBand++; calls++; }
    });
    if (band) band.hidden = !inBand;
    var filtered = words.length || owner.value || kind.value;
    output.textContent = filtered ? calls + (calls === 1 ? " call fits" : " calls fit") : "";
    none.hidden = calls > 0;
  }
  form.addEventListener("input", show);
  form.addEventListener("change", show);
})();
