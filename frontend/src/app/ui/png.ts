/** Height of the line above a picture, and its text's size. */
const LINE_PX = 28;
const TEXT_PX = 13;

/** An element as it is shown, without its last `cutPx`, under a line of text, as a PNG. The library comes with the first picture. */
export async function pngOf(element: HTMLElement, line: string, cutPx: number): Promise<Blob> {
  const { domToCanvas } = await import('modern-screenshot');
  const { backgroundColor, color, fontFamily } = getComputedStyle(document.body);
  const scale = window.devicePixelRatio;
  const shown = await domToCanvas(element, { scale, backgroundColor });
  const canvas = document.createElement('canvas');
  canvas.width = shown.width;
  canvas.height = shown.height + (LINE_PX - cutPx) * scale;
  const brush = canvas.getContext('2d')!;
  brush.fillStyle = backgroundColor;
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(shown, 0, LINE_PX * scale);
  brush.fillStyle = color;
  brush.font = `600 ${TEXT_PX * scale}px ${fontFamily}`;
  brush.textBaseline = 'middle';
  brush.fillText(line, 8 * scale, (LINE_PX / 2) * scale);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error('The browser gave no picture.')) : resolve(blob)), 'image/png'),
  );
}
