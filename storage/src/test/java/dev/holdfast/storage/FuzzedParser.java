// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.StoreException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The parsers of everything that a store's reader meets, as fuzzing sees them. For any bytes a
 * parser accepts them, and then what it returns is consistent, or throws a {@link StoreException};
 * all else is an error. Every input is parsed as it is and once more with its checksums put right:
 * else nothing behind a checksum is ever reached.
 */
enum FuzzedParser {
  /** Header and footer of a file. */
  FRAME(new FuzzedFrame()),
  /** A whole version: extents, their tables and blocks, as verifying and restoring read them. */
  EXTENTS(new FuzzedVersion()),
  /** The stored bytes of one block. */
  BLOCK(new FuzzedBlock()),
  /** The index. */
  INDEX(new FuzzedIndex()),
  /** The sections of an OPEN, a VERSION, an END. */
  SECTIONS(new FuzzedSections()),
  /** The file HOLDFAST. */
  SIGNPOST(new FuzzedTexts.OfSignpost()),
  /** The file STOP. */
  STOP_REQUEST(new FuzzedTexts.OfStopRequest()),
  /** Names of files. */
  NAMES(new FuzzedTexts.OfNames());

  @SuppressWarnings("ImmutableEnumChecker") // buffers, for one input after the other
  private final Bytes bytes;

  FuzzedParser(Bytes bytes) {
    this.bytes = bytes;
  }

  /** How one parser is given bytes. */
  interface Bytes {
    /** What is really written, for fuzzing to begin with. */
    List<byte[]> written() throws Exception;

    /**
     * Parses.
     *
     * @return whether the bytes were accepted
     * @throws StoreException when they were not, for a parser that says so with an exception
     * @throws AssertionError when what was accepted contradicts itself
     */
    boolean accepts(byte[] input) throws Exception;

    /** Puts the checksums right, as far as the input shows where they are. */
    default void putChecksumsRight(byte[] input) {}
  }

  String folder() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  List<byte[]> written() throws Exception {
    return bytes.written();
  }

  /** Whether the bytes are accepted as they are. */
  boolean accepts(byte[] input) throws Exception {
    try {
      return bytes.accepts(input);
    } catch (StoreException e) {
      return false;
    }
  }

  /** The promise, for these bytes. */
  void check(byte[] input) throws Exception {
    boolean unused = accepts(input);
    byte[] right = input.clone();
    bytes.putChecksumsRight(right);
    if (!Arrays.equals(input, right)) {
      unused = accepts(right);
    }
  }
}
