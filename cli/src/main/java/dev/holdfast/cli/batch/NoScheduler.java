// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.util.List;

/** No batch system: nothing is known, nobody is asked, and who started us has to do it again. */
final class NoScheduler implements Dialect {
  @Override
  public void environment(Facts facts) {
    facts.missing("scheduler", "no variable of a batch system in the environment");
  }

  @Override
  public void ask(Asking asking, Facts facts) {}

  @Override
  public List<Requeue.Possible> ways(Asking asking, Requeue.Wish wish) {
    return List.of();
  }

  @Override
  public List<Integer> requeueCodes() {
    return List.of();
  }
}
