/** What this package throws is one of the classes below; each is an `ArchipelagoError`. */
export class ArchipelagoError extends Error {
  /** Always "ArchipelagoError", also where code is minified. */
  override name = "ArchipelagoError";
}

/** An argument or option is not what it may be. Nothing has changed. */
export class InvalidInputError extends ArchipelagoError {
  /** Always "InvalidInputError", also where code is minified. */
  override name = "InvalidInputError";
  /** The argument, option or place in an array, such as `"joinDistance"` or `"positions[7]"`. */
  readonly field: string;
  /** What it holds. */
  readonly value: unknown;
  /** What it may hold, in words. */
  readonly allowed: string;

  /**
   * @param message the whole sentence
   * @param refused which argument, its value and what is allowed
   */
  constructor(message: string, refused: { field: string; value: unknown; allowed: string }) {
    super(message);
    this.field = refused.field;
    this.value = refused.value;
    this.allowed = refused.allowed;
  }
}

/** The WebAssembly could not be loaded; `cause` says why. Calling again tries again. */
export class LoadError extends ArchipelagoError {
  /** Always "LoadError", also where code is minified. */
  override name = "LoadError";
}

/**
 * The WebAssembly has stopped in the middle of a call (`cause` says where), so that nothing in its memory can be
 * trusted any more: every object made before is dead and says so at each call. `create` makes new ones.
 */
export class DeadError extends ArchipelagoError {
  /** Always "DeadError", also where code is minified. */
  override name = "DeadError";
}

/** The object was given back by `free()`. */
export class FreedError extends ArchipelagoError {
  /** Always "FreedError", also where code is minified. */
  override name = "FreedError";
}
