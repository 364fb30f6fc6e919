import { Px } from './units';

/** Room that a text takes. */
export interface Room {
  left: Px;
  right: Px;
  top: Px;
  bottom: Px;
}

/** Room already taken in a picture: who comes first stays, who would lie upon it is left out. */
export class Claims {
  private readonly taken: Room[] = [];

  /** Takes the room and says true, unless a part of it is taken. */
  take(room: Room): boolean {
    const isFree = this.taken.every(
      (other) => room.right <= other.left || room.left >= other.right || room.bottom <= other.top || room.top >= other.bottom,
    );
    if (isFree) this.taken.push(room);
    return isFree;
  }
}
