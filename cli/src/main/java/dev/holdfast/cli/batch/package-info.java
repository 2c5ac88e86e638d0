// SPDX-License-Identifier: Apache-2.0
/**
 * Batch systems: where this process runs, when that ends, and how to be started again. Everything
 * here asks; only {@link dev.holdfast.cli.batch.Requeue#perform} changes anything.
 */
@NullMarked
package dev.holdfast.cli.batch;

import org.jspecify.annotations.NullMarked;
