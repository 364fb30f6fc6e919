import {
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  Int8,
  RecordBatchStreamWriter,
  Schema,
  Table,
  Uint16,
  Uint32,
  Uint8,
  Utf8,
  Vector,
  makeData,
  makeVector,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import { type Columns, decode } from './arrow';

function sent(columns: Record<string, Vector>): Uint8Array {
  return tableToIPC(new Table(columns), 'stream');
}

function read(bytes: Uint8Array): Columns {
  return decode(bytes)[0];
}

describe('an Arrow stream', () => {
  it('of whole numbers of every width is read as they are', () => {
    const values = [-100, 0, 127];
    const stored = { a: new Int8(), b: new Int16(), c: new Int32() };
    const columns = read(sent(Object.fromEntries(Object.entries(stored).map(([name, type]) => [name, vectorFromArray(values, type)]))));
    for (const name of ['a', 'b', 'c']) expect([...columns.ints(name)]).toEqual(values);
    const unsigned = read(
      sent({
        a: vectorFromArray([200], new Uint8()),
        b: vectorFromArray([60000], new Uint16()),
        c: vectorFromArray([4294967295], new Uint32()),
      }),
    );
    expect([unsigned.ints('a')[0], unsigned.ints('b')[0], unsigned.seconds('c')[0]]).toEqual([200, 60000, 4294967295]);
  });

  it('has the value for missing where it is null, in any row of a byte', () => {
    const values = Array.from({ length: 19 }, (_, row) => (row % 3 === 0 ? null : row));
    const columns = read(
      sent({
        a: vectorFromArray(values, new Int32()),
        b: vectorFromArray(values, new Float32()),
        c: vectorFromArray(values, new Float64()),
      }),
    );
    expect([...columns.ints('a', -7)]).toEqual(values.map((value) => value ?? -7));
    expect([...columns.floats('b')]).toEqual(values.map((value) => value ?? NaN));
    expect([...columns.floats('c')]).toEqual(values.map((value) => value ?? NaN));
  });

  it('has words by their dictionary, whatever their letters', () => {
    const words = ['pm_high', 'vwap', 'pm_high', 'Öffnung – 09:30', ''];
    const columns = read(sent({ level: vectorFromArray(words, new Dictionary(new Utf8(), new Int8())) }));
    expect(columns.words('level')).toEqual(words);
  });

  it('has the word for missing where it is null', () => {
    const words = ['pm_high', null, 'vwap', null];
    const columns = read(sent({ level: vectorFromArray(words, new Dictionary(new Utf8(), new Int8())) }));
    expect(columns.words('level')).toEqual(['pm_high', '', 'vwap', '']);
    expect(columns.words('level', 'none')).toEqual(['pm_high', 'none', 'vwap', 'none']);
  });

  it('has lists of one length flat, row after row', () => {
    const child = makeData({ type: new Int32(), data: Int32Array.from([1, 2, 3, 4, 5, 6]) });
    const list = makeVector(makeData({ type: new FixedSizeList(3, new Field('item', new Int32())), length: 2, child }));
    expect(read(sent({ list })).flat('list')).toEqual({ width: 3, values: Int32Array.from([1, 2, 3, 4, 5, 6]) });
    const sizes = makeData({ type: new Uint16(), data: Uint16Array.from([0, 65535, 1, 2]) });
    const heat = makeVector(makeData({ type: new FixedSizeList(2, new Field('item', new Uint16())), length: 2, child: sizes }));
    expect(read(sent({ heat })).flat('heat')).toEqual({ width: 2, values: Int32Array.from([0, 65535, 1, 2]) });
  });

  it('in several batches is read as one table', () => {
    const type = new Dictionary(new Utf8(), new Int32());
    const schema = new Schema([new Field('a', new Int32(), true), new Field('w', type)]);
    const part = (numbers: (number | null)[], words: string[]): Table =>
      new Table(schema, { a: vectorFromArray(numbers, new Int32()), w: vectorFromArray(words, type) });
    const writer = RecordBatchStreamWriter.writeAll(new Table(part([1, null], ['x', 'y']).batches.concat(part([3], ['x']).batches)));
    const columns = read(writer.toUint8Array(true));
    expect(columns.rows).toBe(3);
    expect([...columns.ints('a', 0)]).toEqual([1, 0, 3]);
    expect(columns.words('w')).toEqual(['x', 'y', 'x']);
  });

  it('without rows has none, in every column', () => {
    const columns = read(sent({ a: vectorFromArray([], new Int32()), b: vectorFromArray([], new Dictionary(new Utf8(), new Int32())) }));
    expect([columns.rows, columns.ints('a').length, columns.words('b').length]).toEqual([0, 0, 0]);
  });

  it('is read wherever its bytes lie in memory', () => {
    const bytes = sent({ a: vectorFromArray([1.5, 2.5], new Float64()) });
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect([...read(moved.subarray(3)).floats('a')]).toEqual([1.5, 2.5]);
  });

  it('is followed by others, each read for itself', () => {
    const streams = [sent({ a: vectorFromArray([1, 2], new Int32()) }), sent({ b: vectorFromArray([3], new Int32()) })];
    const joined = new Uint8Array([...streams[0], ...streams[1], ...streams[0]]);
    expect(decode(joined).map((columns, at) => [...columns.ints(at === 1 ? 'b' : 'a')])).toEqual([[1, 2], [3], [1, 2]]);
  });

  it('that broke off is an error, not a shorter table', () => {
    const bytes = sent({ a: vectorFromArray([1, 2, 3], new Int32()) });
    expect(() => read(bytes.subarray(0, bytes.length - 40))).toThrow('were announced');
  });

  it('without a column that is asked for says which it has', () => {
    expect(() => read(sent({ a: vectorFromArray([1], new Int32()) })).ints('b')).toThrow('column b is missing; the table has a');
  });

  it('of a type that the page does not read says so', () => {
    expect(() => read(sent({ a: vectorFromArray([true], new Bool()) }))).toThrow('column a is of type Bool');
  });
});
