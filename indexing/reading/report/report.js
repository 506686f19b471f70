// Pointing at a card or a box lights up the other; the legend hides kinds; a click on a key copies it.
const main = document.querySelector("main");
const light = (name, on) => {
  if (name) main.querySelectorAll(`[data-r="${name}"]`).forEach((element) => element.classList.toggle("on", on));
};
const nameOf = (event) => event.target.closest?.("[data-r]")?.dataset.r;
main.addEventListener("mouseover", (event) => light(nameOf(event), true));
main.addEventListener("mouseout", (event) => light(nameOf(event), false));
main.addEventListener("click", (event) => {
  const box = event.target.closest("i[data-r]");
  if (box?.dataset.r) box.closest("section").querySelector(`article[data-r="${box.dataset.r}"]`)?.scrollIntoView({ block: "nearest" });
  const key = event.target.closest("button");
  if (key) navigator.clipboard?.writeText(key.textContent);
});
document.querySelectorAll("[data-kind]").forEach((box) => {
  box.addEventListener("change", () => document.body.classList.toggle(`hide-${box.dataset.kind}`, !box.checked));
});
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = `p${event.target.elements[0].value}`;
});
