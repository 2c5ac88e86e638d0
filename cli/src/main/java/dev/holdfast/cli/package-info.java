// SPDX-License-Identifier: Apache-2.0
/** The command {@code holdfast}: one class per verb. */
@NullMarked
package dev.holdfast.cli;

import org.jspecify.annotations.NullMarked;
