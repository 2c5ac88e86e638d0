// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.simulator.CheckpointModel.Asynchronous;
import dev.holdfast.simulator.CheckpointModel.Blocking;
import dev.holdfast.simulator.CheckpointModel.Incremental;
import dev.holdfast.simulator.CheckpointModel.TwoLevel;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints that a simulated job has, and what it costs to write and to restore them.
 *
 * <p>With two levels, the dear checkpoint is written right after the last cheap one before it, of
 * the same state; a failure that only needs the first level leaves the second still to be written.
 */
final class Versions {
  private static final double HIGH = 0.999;

  private final CheckpointModel model;
  private final RandomGenerator random;
  private final @Nullable GammaDistribution randomCost;

  private double captured;
  private double stored;
  private double storedSafely;
  private boolean writingSecondLevel;
  private double randomWriteSeconds;

  /** Incremental checkpoints since the last full one in the stored one; -1 while there is none. */
  private int increments = -1;

  private int sinceSafe;
  private boolean firstLevelLost;

  Versions(CheckpointModel model, RandomGenerator random) {
    this.model = model;
    this.random = random;
    this.randomCost =
        model instanceof Blocking b && b.deviationSeconds() > 0 ? gamma(b, random) : null;
  }

  private static GammaDistribution gamma(Blocking blocking, @Nullable RandomGenerator random) {
    double variance = blocking.deviationSeconds() * blocking.deviationSeconds();
    double scale = variance / blocking.costSeconds();
    return new GammaDistribution(
        random == null ? null : new MathRandom(random), blocking.costSeconds() / scale, scale);
  }

  /** A checkpoint of this progress begins. */
  void capture(double done) {
    captured = done;
    if (randomCost != null) {
      randomWriteSeconds = randomCost.sample();
    }
  }

  /** How long it takes until the checkpoint being written can be used. */
  double writeSeconds() {
    return switch (model) {
      case Blocking b -> randomCost == null ? b.costSeconds() : randomWriteSeconds;
      case Asynchronous a -> a.latencySeconds();
      case Incremental i -> nextIsFull(i) ? i.fullSeconds() : i.incrementalSeconds();
      case TwoLevel t -> writingSecondLevel ? t.safeCostSeconds() : t.costSeconds();
    };
  }

  private boolean nextIsFull(Incremental model) {
    return increments < 0 || increments == model.incrementals();
  }

  /** The speed of the job meanwhile, 0 to 1. */
  double rateWhileWriting() {
    return model instanceof Asynchronous a ? 1 - a.overheadSeconds() / a.latencySeconds() : 0;
  }

  /** It can be used. Returns whether another of the same state must be written at once. */
  boolean written() {
    switch (model) {
      case TwoLevel t -> {
        if (writingSecondLevel) {
          storedSafely = stored;
          sinceSafe = 0;
          writingSecondLevel = false;
        } else {
          stored = captured;
          sinceSafe++;
          writingSecondLevel = sinceSafe == t.perSafe();
        }
        return writingSecondLevel;
      }
      case Incremental i -> {
        increments = nextIsFull(i) ? 0 : increments + 1;
        stored = captured;
      }
      case Blocking _, Asynchronous _ -> stored = captured;
    }
    return false;
  }

  /** A failure has struck; with two levels, chance says which level it needs. */
  void failed() {
    if (model instanceof TwoLevel t && random.nextDouble() < t.needsSafe()) {
      firstLevelLost = true;
      stored = storedSafely;
      sinceSafe = 0;
      writingSecondLevel = false;
    }
  }

  /** What a restart now takes. */
  double restartSeconds() {
    return switch (model) {
      case Blocking b -> b.restartSeconds();
      case Asynchronous a -> a.restartSeconds();
      case Incremental i ->
          i.fullRestartSeconds() + Math.max(0, increments) * i.incrementRestartSeconds();
      case TwoLevel t -> firstLevelLost ? t.safeRestartSeconds() : t.restartSeconds();
    };
  }

  /** A restart has succeeded. Returns the progress that the job goes on from. */
  double restored() {
    firstLevelLost = false;
    return stored;
  }

  /** The progress in the newest checkpoint. */
  double stored() {
    return stored;
  }

  /** Whether a second-level checkpoint of the restored state is still to be written. */
  boolean owesSecondLevel() {
    return writingSecondLevel;
  }

  /** What a checkpoint made on a notice takes until it can be used, on all levels it needs. */
  double noticeCostSeconds() {
    return switch (model) {
      case Blocking b -> randomCost == null ? b.costSeconds() : randomCost.sample();
      case Asynchronous a -> a.latencySeconds();
      case Incremental i -> nextIsFull(i) ? i.fullSeconds() : i.incrementalSeconds();
      case TwoLevel t ->
          sinceSafe + 1 == t.perSafe() ? t.costSeconds() + t.safeCostSeconds() : t.costSeconds();
    };
  }

  /** Time to keep free for the last checkpoint of an allocation. */
  static double reserveSeconds(CheckpointModel model) {
    return switch (model) {
      case Blocking b ->
          b.deviationSeconds() == 0
              ? b.costSeconds()
              : gamma(b, null).inverseCumulativeProbability(HIGH);
      case Asynchronous a -> a.latencySeconds();
      case Incremental i -> Math.max(i.fullSeconds(), i.incrementalSeconds());
      case TwoLevel t -> t.costSeconds() + t.safeCostSeconds();
    };
  }
}
