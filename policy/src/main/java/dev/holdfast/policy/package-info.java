// SPDX-License-Identifier: Apache-2.0
/**
 * When to checkpoint: models of the cost of failures, and the policies built on them.
 *
 * <p><b>One convention.</b> Every interval here is a <em>work interval</em> {@code w}: the useful
 * work between the end of one checkpoint and the start of the next. Part of the literature means
 * the period {@code w + C} (start to start) instead; convert by adding or subtracting the cost
 * {@code C}. All times are in seconds.
 *
 * <p><b>One notation.</b> {@code M} is the mean time to failure of the whole job (all its nodes
 * together), {@code C} the time the job is blocked by one checkpoint, {@code R} the time of a
 * restart, {@code D} the downtime before a restart may begin, {@code W} the useful work of the job.
 *
 * <p>{@link dev.holdfast.policy.Young} and {@link dev.holdfast.policy.Daly} are the approximations
 * people know, {@link dev.holdfast.policy.ExactOptimum} is what they approximate, and {@link
 * dev.holdfast.policy.SegmentModel} says what any interval costs. A {@link
 * dev.holdfast.policy.CheckpointPolicy} is one of them as an object that a running job can ask.
 *
 * <p>{@link dev.holdfast.policy.IntervalModel} lists the models of the interval under their names.
 * Where checkpoints are not all alike and blocking, {@link dev.holdfast.policy.AsynchronousModel},
 * {@link dev.holdfast.policy.IncrementalModel} and {@link dev.holdfast.policy.TwoLevelModel} extend
 * the segment model; {@link dev.holdfast.policy.PreemptionModel} extends it to failures that
 * announce themselves, and {@link dev.holdfast.policy.RandomCost} says which constant a random cost
 * is worth.
 */
@NullMarked
package dev.holdfast.policy;

import org.jspecify.annotations.NullMarked;
