// SPDX-License-Identifier: Apache-2.0
/** Tests that look at all modules at once. */
@NullMarked
package dev.holdfast;

import org.jspecify.annotations.NullMarked;
