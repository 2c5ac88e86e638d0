// SPDX-License-Identifier: Apache-2.0
/** Keeps a long computation from losing its work: the library around its main loop. */
@NullMarked
package dev.holdfast;

import org.jspecify.annotations.NullMarked;
