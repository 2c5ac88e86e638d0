// SPDX-License-Identifier: Apache-2.0
/** What {@code holdfast doctor} finds out: of batch scripts, of stores, of where it runs. */
@NullMarked
package dev.holdfast.cli.doctor;

import org.jspecify.annotations.NullMarked;
