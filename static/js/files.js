// Files: picked, pasted or dropped; each a tile, checked against the channel before anything is uploaded.
const MEGABYTE = 1024 * 1024;
const inputOf = (form) => form?.querySelector('input[name="files"]');
const limitsOf = (form) => JSON.parse(form.closest(".composer").dataset.limits);
const kindOf = (type) => ["image", "video", "audio"].find((kind) => type.startsWith(`${kind}/`)) ?? "document";
const sizeOf = (bytes) => (bytes < MEGABYTE ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / MEGABYTE).toFixed(1)} MB`);
const takes = (types, type) => types.some((taken) => taken === "*/*" || taken === type || (taken.endsWith("/*") && type.startsWith(taken.slice(0, -1))));

function trouble(file, limits, words) {
  const limit = limits.files[kindOf(file.type)];
  if (!limit || (file.type && !takes(limit.types, file.type))) return words.noKind;
  const most = Math.min(limit.size, limits.upload);
  return file.size > most ? words.tooLarge.replace("{}", sizeOf(most)) : "";
}

function tile(file, words, wrong) {
  const item = document.createElement("li");
  const text = document.createElement("span");
  const name = document.createElement("b");
  const note = document.createElement("small");
  const remove = document.createElement("button");
  item.classList.toggle("wrong", Boolean(wrong));
  name.textContent = file.name;
  note.textContent = wrong || sizeOf(file.size);
  remove.type = "button";
  remove.textContent = "×";
  remove.setAttribute("aria-label", words.remove);
  remove.addEventListener("click", () => set(item.closest("form"), [...inputOf(item.closest("form")).files].filter((other) => other !== file)));
  if (file.type.startsWith("image/")) {
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.onload = () => URL.revokeObjectURL(picture.src);
    item.append(picture);
  }
  text.append(name, note);
  item.append(text, remove);
  return item;
}

function set(form, files) {
  const holder = new DataTransfer();
  files.forEach((file) => holder.items.add(file));
  inputOf(form).files = holder.files;
  const tiles = form.querySelector("[data-tiles]");
  const limits = limitsOf(form);
  tiles.replaceChildren(...[...holder.files].map((file) => tile(file, tiles.dataset, trouble(file, limits, tiles.dataset))));
}

function add(form, files) {
  if (inputOf(form) && files.length) set(form, [...inputOf(form).files, ...files]);
  return inputOf(form) && files.length;
}

const replyForm = (target) => target.closest?.(".composer")?.querySelector("form.reply");
document.addEventListener("change", ({ target }) => target.name === "files" && set(target.form, [...target.files]));
document.addEventListener("paste", (event) => {
  if (event.target.closest?.("form.reply") && add(replyForm(event.target), [...event.clipboardData.files])) event.preventDefault();
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const composer = event.target.closest?.(".thread")?.querySelector(".composer");
    if (!composer || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    composer.classList.toggle("dragging", name === "dragover");
    if (name === "drop") add(composer.querySelector("form.reply"), [...event.dataTransfer.files]);
  });
}
document.addEventListener("desk:sending", ({ target }) => inputOf(target) && set(target, []));
document.addEventListener("desk:restore", ({ target, detail }) => add(target, detail.getAll("files").filter((file) => file.size)));
