/** Numbers that must not be mixed up: a plain number may become any of them, one of them never becomes another. */
declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]?: Name };

/** A price or a distance in ticks; a level may lie between two. */
export type Ticks = Unit<'ticks'>;
/** CSS pixels of the drawing, from its upper left corner. */
export type Px = Unit<'px'>;
/** Place of a five-second window in its day. */
export type WindowIndex = Unit<'window'>;
/** Place of a candle in its chart. */
export type Slot = Unit<'slot'>;
/** Seconds since the epoch. */
export type EpochS = Unit<'epoch s'>;

export type ToX = (s: EpochS) => Px;
export type ToY = (ticks: Ticks) => Px;

/** A stretch of time, its end exclusive. */
export interface Span {
  fromS: EpochS;
  toS: EpochS;
}
