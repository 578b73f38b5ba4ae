// Which square of a picture is shown: moved and enlarged, and never beyond the edges of the picture.

/** The smallest square, in pixels of the picture: more isn't enlarged. */
const MIN_SIDE = 96;
const MAX_ZOOM = 8;

/** A part of a picture, in its pixels. */
export interface Square {
  x: number;
  y: number;
  side: number;
}

export class Crop {
  /** 1: as much of the picture as a square can show. */
  zoom = $state(1);

  /** The middle of the square, in pixels of the picture. */
  #x: number;
  #y: number;

  readonly maxZoom: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#x = $state(width / 2);
    this.#y = $state(height / 2);
    this.maxZoom = Math.min(MAX_ZOOM, Math.max(1, this.#short / MIN_SIDE));
  }

  get #short(): number {
    return Math.min(this.width, this.height);
  }

  get square(): Square {
    const side = this.#short / this.zoom;
    return { x: this.#x - side / 2, y: this.#y - side / 2, side };
  }

  /** Moves the picture by fractions of what is seen of it: to the right and down, as it is dragged. */
  drag(right: number, down: number): void {
    const { side } = this.square;
    this.#put(this.#x - right * side, this.#y - down * side);
  }

  /** Enlarges it by a factor, around a point in fractions of what is seen: that stays where it is. */
  enlarge(factor: number, right = 0.5, down = 0.5): void {
    const { side } = this.square;
    this.zoom = clamp(this.zoom * factor, 1, this.maxZoom);
    const less = side - this.square.side;
    this.#put(this.#x + (right - 0.5) * less, this.#y + (down - 0.5) * less);
  }

  zoomTo(zoom: number): void {
    this.enlarge(zoom / this.zoom);
  }

  #put(x: number, y: number): void {
    const half = this.square.side / 2;
    this.#x = clamp(x, half, this.width - half);
    this.#y = clamp(y, half, this.height - half);
  }
}

const clamp = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));
