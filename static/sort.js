// Drag an item of the agenda to another place. The buttons "Move up" and "Move down" do the same.
export const sortable = (list) => {
  const form = list.closest("form");
  const button = form.querySelector("[data-sort-button]");
  let taken = null;
  list.querySelectorAll("[data-sort-item]").forEach((item) => {
    item.draggable = true;
  });
  list.addEventListener("dragstart", (event) => {
    taken = event.target.closest("[data-sort-item]");
  });
  list.addEventListener("dragover", (event) => {
    if (taken) event.preventDefault();
  });
  list.addEventListener("drop", (event) => {
    const target = event.target.closest("[data-sort-item]");
    if (!taken || !target || target === taken) return;
    event.preventDefault();
    const items = [...list.querySelectorAll("[data-sort-item]")];
    form.elements.place.value = String(items.indexOf(target) + 1);
    button.value = `to ${taken.dataset.sortItem}`;
    button.disabled = false;
    form.requestSubmit(button);
  });
};
