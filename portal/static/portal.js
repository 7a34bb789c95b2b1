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
