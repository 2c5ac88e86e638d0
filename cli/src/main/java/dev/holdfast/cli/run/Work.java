// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * What the command's work is kept in, as the supervisor sees it. Either the command itself holds a
 * store, through the library, or the supervisor holds one for a command that writes its own restart
 * files. All calls come from the supervisor's thread, and none may keep it from hearing a signal.
 */
interface Work extends AutoCloseable {
  /** The store, where it is known by now. */
  Optional<Path> store();

  /** Whether the job had said, before this supervisor began, that every step is done. */
  boolean complete();

  /**
   * Begins to take the store, where the supervisor is to hold it. That may take minutes.
   *
   * @param environment what the command inherits, with all settings
   * @param stopAsked asked meanwhile, on another thread: by what it is to be given up, in words
   * @return is done when the store is taken, or fails with what prevents it
   */
  Future<?> claim(Map<String, String> environment, Supplier<Optional<String>> stopAsked);

  /** How long to wait then, because another run may still be writing the files. */
  Duration pauseAfterClaim();

  /**
   * The command is about to be started: what it goes on from is put in place.
   *
   * @param environment what the command inherits, with all settings
   * @param endEpochMs when its time is over
   * @return the command's whole environment
   */
  Map<String, String> begin(Map<String, String> environment, OptionalLong endEpochMs);

  /** The command has been started. */
  void started(Child child);

  /** To be called now and then while it runs. */
  void look() throws InterruptedException;

  /** Whether a start of the command by this supervisor has come so far as to open the store. */
  boolean opened();

  /** The number of the newest version, 0 for none; after {@link #ended} the last word on it. */
  long newestVersion();

  /** Attempts since the newest version was made, this one included; over all supervisors. */
  long attemptsWithoutVersion();

  /** Who has taken the store over from the supervisor. */
  Optional<String> fencedBy();

  /** Whether {@code holdfast stop} wants the supervisor to act; a library hears it by itself. */
  boolean stopRequested();

  /** What the last checkpoint may take until it is durable, in seconds; 0 for unknown. */
  double reserveSeconds();

  /** The command is to stop: whatever prepares its last checkpoint begins. */
  void prepareStop();

  /**
   * Whether the signal that ends the command must wait because its checkpoint is under way.
   *
   * @param graceLeftNs what is left of the grace
   * @param graceNs the whole of it
   */
  boolean holdsBack(long graceLeftNs, long graceNs);

  /** The process that a signal to stop should go to, if not to the command itself. */
  OptionalLong target(Child child);

  /** All processes stood still for so long and go on now. */
  void suspended(long ns);

  /**
   * The command has ended, with all its children.
   *
   * @param code its code
   * @param asked the wish to stop that it was told of
   * @param hung whether it was killed because nothing happened any more
   * @return what the store says about it
   */
  Said ended(int code, Optional<Stop> asked, boolean hung);

  /** What a store says of an attempt that has ended. */
  enum Said {
    NOTHING,
    COMPLETE,
    STOPPED,
    /** Stopped because {@code holdfast stop} asked for it. */
    STOPPED_BY_REQUEST
  }

  @Override
  void close();
}
