import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { Field } from 'apache-arrow/fb/field';
import { FixedSizeList } from 'apache-arrow/fb/fixed-size-list';
import { FloatingPoint } from 'apache-arrow/fb/floating-point';
import { Int } from 'apache-arrow/fb/int';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { Precision } from 'apache-arrow/fb/precision';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';
import { Type } from 'apache-arrow/fb/type';
import { ByteBuffer } from 'flatbuffers';

// The package's own reader would be 215 kB of script, over a quarter of the page; its flatbuffers are 17 kB, and few types are sent.

type Values = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;
interface Numbers {
  bytes: number;
  view: new (buffer: ArrayBuffer, from: number, length: number) => Values;
}

/** One batch of one column: its values, those of its lists end to end, and which of its rows are not null. */
interface Piece {
  rows: number;
  /** Bit a row, from the lowest on; null where no row is null. */
  valid: Uint8Array | null;
  values: Values;
  /** Values a row: 1, or the length of its lists. */
  width: number;
  words: string[] | null;
}

/** The columns of one Arrow stream as plain arrays, batches joined. */
export class Columns {
  constructor(
    readonly rows: number,
    private readonly pieces: ReadonlyMap<string, Piece[]>,
  ) {}

  /** A whole-number column; `missing` stands where it is null. */
  ints(name: string, missing = 0): Int32Array {
    return this.joined(new Int32Array(this.rows), name, missing);
  }

  /** A column of epoch seconds. */
  seconds(name: string): Float64Array {
    return this.joined(new Float64Array(this.rows), name, NaN);
  }

  /** A column of fractions; NaN where it is null. */
  floats(name: string): Float64Array {
    return this.joined(new Float64Array(this.rows), name, NaN);
  }

  /** A dictionary column's words, row by row; `missing` stands where it is null. */
  words(name: string, missing = ''): string[] {
    return this.of(name).flatMap(({ rows, valid, values, words }) =>
      Array.from({ length: rows }, (_, row) => (isNull(valid, row) ? missing : words![values[row]])),
    );
  }

  /** A column of whole-number lists of one length, flat: row r's values are [r * width, (r + 1) * width). The table must have rows. */
  flat(name: string): { width: number; values: Int32Array } {
    const pieces = this.of(name);
    const { width } = pieces[0];
    const values = new Int32Array(this.rows * width);
    let at = 0;
    for (const piece of pieces) {
      values.set(piece.values.subarray(0, piece.rows * width), at);
      at += piece.rows * width;
    }
    return { width, values };
  }

  private joined<A extends Int32Array | Float64Array>(into: A, name: string, missing: number): A {
    let at = 0;
    for (const { rows, valid, values } of this.of(name)) {
      into.set(values.subarray(0, rows), at);
      if (valid) {
        for (let row = 0; row < rows; row++) if (isNull(valid, row)) into[at + row] = missing;
      }
      at += rows;
    }
    return into;
  }

  private of(name: string): Piece[] {
    const pieces = this.pieces.get(name);
    if (!pieces)
      throw new Error(`column ${name} is missing; the table has ${[...this.pieces.keys()].join(', ')}. Rebuild the page: make ui`);
    return pieces;
  }
}

function isNull(valid: Uint8Array | null, row: number): boolean {
  return valid !== null && !(valid[row >> 3] & (1 << (row & 7)));
}

/** Reads Arrow IPC streams that follow one another, with plain buffers: numbers, words by dictionary and lists of numbers of one length. */
export function decode(bytes: Uint8Array): Columns[] {
  const streams: Columns[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const { columns, end } = stream(bytes, at);
    streams.push(columns);
    at = end;
  }
  return streams;
}

/** The stream that begins at a byte, and where it ends. */
function stream(bytes: Uint8Array, first: number): { columns: Columns; end: number } {
  let fields: Field[] = [];
  const words = new Map<bigint, string[]>();
  const pieces = new Map<string, Piece[]>();
  let rows = 0;
  let end = first;
  for (const { message, body, next } of messages(bytes, first)) {
    end = next;
    switch (message?.headerType()) {
      case MessageHeader.Schema: {
        const schema = message!.header(new Schema()) as Schema;
        fields = Array.from({ length: schema.fieldsLength() }, (_, at) => schema.fields(at)!);
        for (const field of fields) pieces.set(field.name()!, []);
        break;
      }
      case MessageHeader.DictionaryBatch: {
        const batch = message!.header(new DictionaryBatch()) as DictionaryBatch;
        const added = strings(new Batch(batch.data()!, body));
        words.set(batch.id(), batch.isDelta() ? [...(words.get(batch.id()) ?? []), ...added] : added);
        break;
      }
      case MessageHeader.RecordBatch: {
        const batch = new Batch(message!.header(new RecordBatch()) as RecordBatch, body);
        for (const field of fields) pieces.get(field.name()!)!.push(piece(field, batch, words));
        rows += batch.rows;
        break;
      }
    }
  }
  return { columns: new Columns(rows, pieces), end };
}

/** Messages of a stream with their bodies: a marker, the header's length, the header, the body. One without a header ends it. */
function* messages(bytes: Uint8Array, first: number): Generator<{ message: Message | null; body: Uint8Array; next: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = first;
  while (at < bytes.byteLength) {
    const length = at + 8 <= bytes.byteLength ? view.getInt32(at + 4, true) : 0;
    const from = at + 8 + length;
    if (length === 0) return yield { message: null, body: bytes.subarray(from, from), next: from };
    const message = Message.getRootAsMessage(new ByteBuffer(bytes.subarray(at + 8, from)));
    at = from + Number(message.bodyLength());
    if (at > bytes.byteLength) throw new Error(`the table ends after ${bytes.byteLength} bytes, ${at} were announced. Ask again.`);
    yield { message, body: bytes.subarray(from, at), next: at };
  }
}

/** A batch's nodes and buffers, handed out in their order. */
class Batch {
  readonly rows: number;
  private node = 0;
  private buffer = 0;

  constructor(
    private readonly batch: RecordBatch,
    private readonly body: Uint8Array,
  ) {
    if (batch.compression()) throw new Error('the table has compressed buffers, which this page does not read. Serve it with plain ones.');
    this.rows = Number(batch.length());
  }

  nextNode(): { rows: number; nulls: number } {
    const node = this.batch.nodes(this.node++)!;
    return { rows: Number(node.length()), nulls: Number(node.nullCount()) };
  }

  nextBuffer(): Uint8Array {
    const buffer = this.batch.buffers(this.buffer++)!;
    const from = Number(buffer.offset());
    return this.body.subarray(from, from + Number(buffer.length()));
  }
}

function piece(field: Field, batch: Batch, words: Map<bigint, string[]>): Piece {
  const { rows, nulls } = batch.nextNode();
  const bits = batch.nextBuffer();
  const valid = nulls > 0 ? bits : null;
  const dictionary = field.dictionary();
  if (dictionary)
    return {
      rows,
      valid,
      width: 1,
      values: viewed(batch.nextBuffer(), whole(dictionary.indexType() ?? null)),
      words: words.get(dictionary.id()) ?? [],
    };
  switch (field.typeType()) {
    case Type.FixedSizeList:
      return {
        ...piece(field.children(0)!, batch, words),
        rows,
        valid,
        width: (field.type(new FixedSizeList()) as FixedSizeList).listSize(),
      };
    default:
      return { rows, valid, width: 1, values: viewed(batch.nextBuffer(), numbers(field)), words: null };
  }
}

function numbers(field: Field): Numbers {
  switch (field.typeType()) {
    case Type.Int:
      return whole(field.type(new Int()) as Int);
    case Type.FloatingPoint:
      return (field.type(new FloatingPoint()) as FloatingPoint).precision() === Precision.DOUBLE
        ? { bytes: 8, view: Float64Array }
        : { bytes: 4, view: Float32Array };
    default:
      throw new Error(
        `column ${field.name()} is of type ${Type[field.typeType()]}, which this page does not read. Rebuild the page: make ui`,
      );
  }
}

/** The array for whole numbers of a type; without one 32 bits with sign, as Arrow's default for a dictionary. */
function whole(type: Int | null): Numbers {
  const bits = type?.bitWidth() ?? 32;
  const signed = type?.isSigned() ?? true;
  if (bits === 8) return { bytes: 1, view: signed ? Int8Array : Uint8Array };
  if (bits === 16) return { bytes: 2, view: signed ? Int16Array : Uint16Array };
  if (bits === 32) return { bytes: 4, view: signed ? Int32Array : Uint32Array };
  throw new Error(`whole numbers of ${bits} bits are not read by this page. Rebuild the page: make ui`);
}

/** A buffer as an array; copied where it does not lie on the array's grid. */
function viewed(buffer: Uint8Array, { bytes, view }: Numbers): Values {
  const even = buffer.byteOffset % bytes === 0 ? buffer : buffer.slice();
  return new view(even.buffer as ArrayBuffer, even.byteOffset, Math.floor(even.byteLength / bytes));
}

function strings(batch: Batch): string[] {
  const { rows } = batch.nextNode();
  batch.nextBuffer();
  const offsets = viewed(batch.nextBuffer(), { bytes: 4, view: Int32Array });
  const letters = batch.nextBuffer();
  const text = new TextDecoder();
  return Array.from({ length: rows }, (_, row) => text.decode(letters.subarray(offsets[row], offsets[row + 1])));
}
