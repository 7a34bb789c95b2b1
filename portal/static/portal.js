// What pages need beyond plain forms. No page depends on it: without scripts everything still works by loading pages.
"use strict";

// An answer that is an error page replaces the whole page, so that it is seen.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// A button with data-print opens the browser's print dialogue.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A choice with data-submit takes effect when it is made.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// A file may be dropped on the field's surroundings.
for (const area of document.querySelectorAll("[data-drop]")) {
  const over = (is) => (event) => { event.preventDefault(); area.classList.toggle("over", is); };
  area.addEventListener("dragover", over(true));
  area.addEventListener("dragleave", over(false));
  area.addEventListener("drop", (event) => {
    over(false)(event);
    area.querySelector("input[type=file]").files = event.dataTransfer.files;
  });
}

// A form with data-progress shows how much of its file has arrived, then goes where the answer leads.
for (const form of document.querySelectorAll("form[data-progress]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bar = document.getElementById(form.dataset.progress);
    const request = new XMLHttpRequest();
    bar.hidden = false;
    request.upload.onprogress = (part) => { bar.value = (100 * part.loaded) / part.total; };
    request.onload = () => {
      if (request.status < 300 && request.responseURL !== location.href) location.assign(request.responseURL);
      else { document.open(); document.write(request.responseText); document.close(); }
    };
    request.onerror = () => form.submit();
    request.open("POST", form.action || location.href);
    request.send(new FormData(form));
  });
}
