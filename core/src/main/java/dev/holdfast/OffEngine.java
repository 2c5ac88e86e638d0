// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.OutputFile;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The same calls without effect: no store, no thread, no signal handler. */
final class OffEngine implements Engine {
  private final Boundary boundary = new Boundary();
  private final Phases phases = new Phases();
  private final Metrics metrics = new Metrics();
  private final Ledger ledger = Ledger.begin(Time.SYSTEM.epochMs());
  private final List<AppendFile> outputs = new ArrayList<>();

  @Override
  public void add(Region region) {}

  @Override
  public void parameter(String name, String value) {}

  /** The output file is the program's own: it is written, anew, as if Holdfast were not there. */
  @Override
  public AppendFile append(String path) {
    AppendFile file = new AppendFile(path, AppendFile.pathOf(path));
    file.attach(OutputFile.beginAside(Disk.local(), file.path(), true, Messages::info));
    outputs.add(file);
    return file;
  }

  @Override
  public long restore() {
    return 0;
  }

  @Override
  public boolean lazyRestore() {
    return false;
  }

  @Override
  public boolean restarted() {
    return false;
  }

  @Override
  public Boundary boundary() {
    return boundary;
  }

  @Override
  public Phases phases() {
    return phases;
  }

  @Override
  public boolean due() {
    return false;
  }

  @Override
  public Version checkpoint() {
    return new Version(
        boundary.steps(),
        CompletableFuture.completedFuture(new CommitResult.Failed("Holdfast is off")));
  }

  @Override
  public void stop(String why) {}

  @Override
  public Outcome complete() {
    outputs.forEach(AppendFile::close);
    return new Outcome.Complete(true, ledger);
  }

  @Override
  public @Nullable Outcome outcome() {
    return null;
  }

  @Override
  public void failed(Throwable cause) {}

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public void awaitWriter() {}

  @Override
  public Metrics metrics() {
    return metrics;
  }

  @Override
  public void attend() {}

  @Override
  public void loopEnded() {}

  @Override
  public void close() {
    outputs.forEach(AppendFile::close);
    outputs.forEach(AppendFile::release);
  }
}
