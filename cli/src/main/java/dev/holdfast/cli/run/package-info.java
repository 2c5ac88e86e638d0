// SPDX-License-Identifier: Apache-2.0
/** The supervisor of {@code holdfast run}: starts a command, stops it, starts it again. */
@NullMarked
package dev.holdfast.cli.run;

import org.jspecify.annotations.NullMarked;
