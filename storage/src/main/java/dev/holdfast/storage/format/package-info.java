// SPDX-License-Identifier: Apache-2.0
/**
 * What stands in a store's files, byte for byte: headers, extents, indexes, sections, footers.
 *
 * <p>The specification is {@code docs/format/}; the classes here hold its constants and its checks.
 */
@NullMarked
package dev.holdfast.storage.format;

import org.jspecify.annotations.NullMarked;
