// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.DamagedException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Goes from the newest version back until one can be restored. A damaged one is passed over, with
 * the reason; what would go wrong with every version, or with what the program declares, ends it.
 */
final class Fallback {
  private Fallback() {}

  /** Restores the state from one version; may leave it half done when that one is damaged. */
  interface Restoring<T, E extends Exception> {
    T restore(StoredVersion version) throws E;
  }

  /**
   * Restores from the newest version that allows it; what comes next follows that one.
   *
   * @param check refuses a version of another program, before anything of the state is touched
   * @return empty when there is no version
   * @throws Fenced when another run has opened the store, which then seems to hold none
   */
  static <T, E extends Exception> Optional<T> restore(
      StoreWriter store, Consumer<StoredVersion> check, Restoring<T, E> restoring) throws E {
    RestartEvent event = FlightEvents.restarting();
    Set<Long> told = new HashSet<>();
    while (true) {
      Optional<StoredVersion> newest = store.newest();
      tellRejections(store, newest.map(StoredVersion::number).orElse(0L), told);
      if (newest.isEmpty()) {
        requireStore(store);
        return Optional.empty();
      }
      try (StoredVersion version = newest.get()) {
        check.accept(version);
        try {
          T result = restoring.restore(version);
          store.resume(version);
          FlightEvents.restarted(event, version, told.size());
          return Optional.of(result);
        } catch (DamagedException e) {
          store.reject(version.number(), e.getMessage());
        } catch (StoreIoException e) {
          if (!e.kind().isOfOneFile()) {
            throw e; // the older version would fail the same way
          }
          store.reject(version.number(), e.getMessage());
        }
      }
    }
  }

  /** Tells what is newer than the version to go on from; what is older was not passed over. */
  private static void tellRejections(StoreWriter store, long newest, Set<Long> told) {
    for (Rejection rejection : store.rejections()) {
      if (rejection.number() > newest && told.add(rejection.number())) {
        Messages.warn("passed over: " + rejection);
      }
    }
  }

  /**
   * @throws Fenced when another run has opened the store since this one has
   */
  static void requireStore(StoreWriter store) {
    store
        .lookForSuccessor()
        .ifPresent(by -> {
          throw new Fenced(store.root(), by);
        });
  }
}
