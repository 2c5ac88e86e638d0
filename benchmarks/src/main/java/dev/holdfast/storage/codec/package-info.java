// SPDX-License-Identifier: Apache-2.0
/** Measurements of what only the package sees. */
@NullMarked
package dev.holdfast.storage.codec;

import org.jspecify.annotations.NullMarked;
