// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.Gamma;
import dev.holdfast.policy.LogNormal;
import dev.holdfast.policy.Weibull;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.distribution.GammaDistribution;

/** How failures come about; every simulated job gets a stream of its own. */
public interface FailureProcess {

  /**
   * The failures of one job.
   *
   * @param random the job's own source of randomness
   */
  FailureStream stream(RandomGenerator random);

  /**
   * Every failure renews the whole job: the time to the next follows the law, beginning at the end
   * of the downtime.
   */
  static FailureProcess renewal(FailureLaw law) {
    return switch (law) {
      case Exponential e -> random -> now -> now + e.meanSeconds() * random.nextExponential();
      case Weibull w -> {
        double power = 1 / w.shape();
        yield random -> now -> now + w.scaleSeconds() * Math.pow(random.nextExponential(), power);
      }
      case LogNormal l ->
          random -> now -> now + Math.exp(l.mu() + l.sigma() * random.nextGaussian());
      case Gamma g ->
          random -> {
            GammaDistribution lifetimes =
                new GammaDistribution(new MathRandom(random), g.shape(), g.scaleSeconds());
            return now -> now + lifetimes.sample();
          };
    };
  }

  /**
   * Nodes that fail independently, each by the law; a failure of one fails the job and renews only
   * that node. A node that would fail during downtime is repaired in it.
   *
   * @param nodes how many, 1 or more
   * @param law of one node
   * @param ageSeconds how old every node is when the job starts; 0 for a new machine
   */
  static FailureProcess nodes(int nodes, FailureLaw law, double ageSeconds) {
    if (nodes < 1 || !(ageSeconds >= 0)) {
      throw new IllegalArgumentException(
          nodes + " nodes of age " + ageSeconds + " s: write 1 node or more, aged 0 s or more");
    }
    return random -> new NodeStream(nodes, law, ageSeconds, random);
  }

  /**
   * Failures that bring others: with the given probability a failure is followed by another after
   * an exponential gap of the given mean, else after a lifetime by the law.
   *
   * @param law of the first failure of a burst, from the end of the last downtime
   * @param probability that a failure is followed by another of the same burst; 0 to below 1
   * @param gapSeconds mean time to that; greater than 0
   */
  static FailureProcess bursts(FailureLaw law, double probability, double gapSeconds) {
    if (!(probability >= 0 && probability < 1) || !(gapSeconds > 0)) {
      throw new IllegalArgumentException(
          "bursts of probability "
              + probability
              + " and gap "
              + gapSeconds
              + " s: write a probability from 0 to below 1 and a gap above 0 s");
    }
    FailureProcess single = renewal(law);
    return random -> {
      FailureStream first = single.stream(random);
      boolean[] struck = new boolean[1];
      return now -> {
        boolean burst = struck[0] && random.nextDouble() < probability;
        struck[0] = true;
        return burst ? now + gapSeconds * random.nextExponential() : first.nextAfter(now);
      };
    };
  }

  /**
   * The instants of a real log; the same for every job.
   *
   * @param instantsSeconds distinct, ascending, relative to the start of the job
   * @throws IllegalArgumentException when there are none, or they are not in order
   */
  static FailureProcess trace(double[] instantsSeconds) {
    double[] instants = instantsSeconds.clone();
    if (instants.length == 0) {
      throw new IllegalArgumentException("the trace is empty: it has no failure after the start");
    }
    for (int i = 1; i < instants.length; i++) {
      if (!(instants[i] > instants[i - 1])) {
        throw new IllegalArgumentException(
            "the trace is not in order: failure "
                + (i + 1)
                + " at "
                + instants[i]
                + " s does not follow "
                + instants[i - 1]
                + " s; sort it and remove repetitions");
      }
    }
    return random -> new TraceStream(instants);
  }
}
