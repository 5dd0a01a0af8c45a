#!/bin/sh
# Puts the certificate that a bundle is signed with, and the credentials for its notarization, into a keychain that
# lasts as long as the machine of a workflow. Without a certificate nothing is done, and the bundle is signed by nobody.
set -eu
[ -n "${CERTIFICATE:-}" ] || exit 0
keychain="${RUNNER_TEMP:-/tmp}/coterie.keychain-db"
password=$(openssl rand -base64 24)
file="${RUNNER_TEMP:-/tmp}/certificate.p12"
trap 'rm -f "$file"' EXIT
(umask 077 && printf '%s' "$CERTIFICATE" | base64 --decode >"$file")
security create-keychain -p "$password" "$keychain"
security set-keychain-settings -lut 7200 "$keychain"
security unlock-keychain -p "$password" "$keychain"
security import "$file" -P "$CERTIFICATE_PASSWORD" -k "$keychain" -T /usr/bin/codesign
security set-key-partition-list -S apple-tool:,apple:,codesign: -s -k "$password" "$keychain" >/dev/null
security list-keychains -d user -s "$keychain" login.keychain-db
xcrun notarytool store-credentials coterie --keychain "$keychain" \
	--apple-id "$NOTARY_APPLE_ID" --team-id "$NOTARY_TEAM" --password "$NOTARY_PASSWORD"
