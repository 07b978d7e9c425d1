@rem The npm scripts begin with `exec`, so that on Debian no shell stands between npm and the launcher and swallows
@rem signals. On Windows, where cmd.exe runs them, this file is that command.
@%*
