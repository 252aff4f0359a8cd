// Saves a chart as PNG: the browser draws the SVG that the server made, twice as large, on white.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-png]");
  if (!button) return;
  const image = new Image();
  image.src = button.dataset.png;
  await image.decode();
  const box = document.querySelector(`#picture-${CSS.escape(button.dataset.name.split(".")[0])} svg`).viewBox.baseVal;
  const canvas = document.createElement("canvas");
  canvas.width = 2 * box.width;
  canvas.height = 2 * box.height;
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#ffffff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  });
});
