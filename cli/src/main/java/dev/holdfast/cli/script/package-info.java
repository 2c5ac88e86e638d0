// SPDX-License-Identifier: Apache-2.0
/** Batch scripts for clusters: what {@code holdfast script} writes. */
@NullMarked
package dev.holdfast.cli.script;

import org.jspecify.annotations.NullMarked;
