// SPDX-License-Identifier: Apache-2.0
/**
 * Blocks of numbers, made small and made whole again: the codec byte, its filters, zstd, checksums.
 *
 * <p>Every {@link java.lang.foreign.MemorySegment} handed to this package is native memory (not a
 * Java array) and holds little-endian elements. The bytes are specified in {@code
 * docs/format/codecs.md}.
 */
@NullMarked
package dev.holdfast.storage.codec;

import org.jspecify.annotations.NullMarked;
