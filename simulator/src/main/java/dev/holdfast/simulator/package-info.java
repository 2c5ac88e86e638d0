// SPDX-License-Identifier: Apache-2.0
/**
 * The failure simulator: virtual jobs under virtual failures, with the very policies that real jobs
 * run.
 *
 * <p>The model is that of {@link dev.holdfast.policy.SegmentModel}: failures strike during work,
 * checkpoints and restarts, never during downtime; an interrupted checkpoint is void; a failure
 * during a restart starts downtime and restart again; the first start needs no restart; the last
 * stretch of work has no checkpoint. All times are in seconds.
 */
@NullMarked
package dev.holdfast.simulator;

import org.jspecify.annotations.NullMarked;
