// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.Draft;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo.Costs;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes versions durable, and keeps the accounts of it: ledger, measurements, the newest durable
 * version. Commits on the writer thread; the rest may be asked by any.
 */
final class Committer {
  private final StoreWriter store;
  private final JobClock clock;
  private final Metrics metrics = new Metrics();
  private final Pacer pacer;
  private volatile @Nullable Durable newest;

  Committer(StoreWriter store, JobClock clock, Pacer.Wanted wanted) {
    this.store = store;
    this.clock = clock;
    this.pacer = new Pacer(wanted, metrics, clock::past);
  }

  /** A version of this attempt, or the one it was restored from. */
  record Durable(long number, long step, long epochMs) {}

  Metrics metrics() {
    return metrics;
  }

  Pacer pacer() {
    return pacer;
  }

  /** The newest durable version, null while there is none. */
  @Nullable Durable newest() {
    return newest;
  }

  /** The program goes on from this version. */
  void goOnFrom(Durable version, Costs costs, Map<String, String> measured) {
    newest = version;
    pacer.goOnFrom(costs);
    metrics.goOnFrom(measured);
  }

  /**
   * Commits a version.
   *
   * @param draft makes it, on this thread, because encoding the measurements takes its time
   * @param stateBytes the size of the state
   * @param tookNs asked once the version is durable: how long it has taken since the state was
   *     captured; negative where that measures nothing
   * @throws FileChanged when what was to be committed is no longer there
   */
  CommitResult commit(Supplier<Draft> draft, long stateBytes, LongSupplier tookNs) {
    CommitEvent event = FlightEvents.committing();
    CommitResult result;
    Draft made = null;
    try {
      made = draft.get();
      result = store.commit(made);
    } catch (FileChanged e) {
      throw e;
    } catch (StoreException e) {
      result = new CommitResult.Failed(e.getMessage());
    } catch (RuntimeException | Error e) {
      result = new CommitResult.Failed(e.toString());
    }
    if (made != null && result instanceof CommitResult.Committed done) {
      newest = new Durable(done.number(), made.state().step(), made.state().capturedEpochMs());
      clock.committed(done.storedBytes(), stateBytes);
      metrics.committed(tookNs.getAsLong(), done.storedBytes());
    } else {
      metrics.failed();
    }
    long step = made == null ? 0 : made.state().step();
    FlightEvents.committed(event, step, stateBytes, result, tookNs);
    return result;
  }

  /** What is to be done after a commit, when its result is known; see {@link StoreWriter#tidy}. */
  void tidy() {
    TidyEvent event = FlightEvents.tidying();
    long from = clock.awakeNs();
    try {
      store.tidy();
    } catch (RuntimeException | Error e) {
      Messages.warn("old versions could not be deleted: " + e);
    }
    metrics.tidied(clock.awakeNs() - from);
    FlightEvents.tidied(event);
  }

  /** What is left when a version could not be written, in words. */
  String remains() {
    Durable durable = newest;
    return durable == null ? "there is no version yet" : "version " + durable.number() + " remains";
  }
}
