export interface Place {
  row: number;
  column: number;
}

const PAGE_ROWS = 10;

/** Where a key moves the focus in a grid; null for a key that does not move. The place stays inside the grid. */
export function moved(from: Place, key: string, ctrl: boolean, rows: number, columns: number): Place | null {
  const place = stepped(from, key, ctrl, rows, columns);
  return place && { row: Math.max(0, Math.min(rows - 1, place.row)), column: Math.max(0, Math.min(columns - 1, place.column)) };
}

function stepped({ row, column }: Place, key: string, ctrl: boolean, rows: number, columns: number): Place | null {
  switch (key) {
    case 'ArrowUp':
      return { row: row - 1, column };
    case 'ArrowDown':
      return { row: row + 1, column };
    case 'ArrowLeft':
      return { row, column: column - 1 };
    case 'ArrowRight':
      return { row, column: column + 1 };
    case 'PageUp':
      return { row: row - PAGE_ROWS, column };
    case 'PageDown':
      return { row: row + PAGE_ROWS, column };
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrl ? rows - 1 : row, column: columns - 1 };
    default:
      return null;
  }
}
