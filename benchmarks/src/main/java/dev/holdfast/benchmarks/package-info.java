// SPDX-License-Identifier: Apache-2.0
/** Holdfast beside other ways to keep the same state, in one run. */
@NullMarked
package dev.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
