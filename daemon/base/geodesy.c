// SPDX-License-Identifier: MIT
#include "base/geodesy.h"

#include <math.h>

#define RADIANS_PER_DEGREE (3.14159265358979323846 / 180.0)

static double radians(double degrees)
{
    return degrees * RADIANS_PER_DEGREE;
}

static double degrees(double radians_value)
{
    return radians_value / RADIANS_PER_DEGREE;
}

static double bearing_normalised(double bearing_deg)
{
    double within = fmod(bearing_deg, 360.0);
    if (within < 0)
        within += 360.0;
    return within >= 360.0 ? 0.0 : within;
}

bool position_is_valid(struct position position)
{
    return isfinite(position.latitude_deg) && isfinite(position.longitude_deg) &&
           fabs(position.latitude_deg) <= 90.0 && fabs(position.longitude_deg) <= 180.0;
}

static double angular_distance(struct position from, struct position to)
{
    double sin_latitude = sin(radians(to.latitude_deg - from.latitude_deg) / 2);
    double sin_longitude = sin(radians(to.longitude_deg - from.longitude_deg) / 2);
    double h = sin_latitude * sin_latitude + cos(radians(from.latitude_deg)) *
                                                 cos(radians(to.latitude_deg)) * sin_longitude *
                                                 sin_longitude;
    return 2 * asin(sqrt(h < 1.0 ? h : 1.0));
}

double geodesy_distance_nm(struct position from, struct position to)
{
    return GEODESY_EARTH_RADIUS_NM * angular_distance(from, to);
}

double geodesy_bearing_deg(struct position from, struct position to)
{
    double longitude_difference = radians(to.longitude_deg - from.longitude_deg);
    double from_latitude = radians(from.latitude_deg), to_latitude = radians(to.latitude_deg);
    double y = sin(longitude_difference) * cos(to_latitude);
    double x = cos(from_latitude) * sin(to_latitude) -
               sin(from_latitude) * cos(to_latitude) * cos(longitude_difference);
    return bearing_normalised(degrees(atan2(y, x)));
}

double geodesy_angle_between_deg(double first_deg, double second_deg)
{
    double difference = bearing_normalised(first_deg - second_deg);
    return difference > 180.0 ? 360.0 - difference : difference;
}

struct position geodesy_destination(struct position from, double bearing_deg, double distance_nm)
{
    double angle = distance_nm / GEODESY_EARTH_RADIUS_NM;
    double latitude = radians(from.latitude_deg), bearing = radians(bearing_deg);
    double to_latitude =
        asin(sin(latitude) * cos(angle) + cos(latitude) * sin(angle) * cos(bearing));
    double to_longitude =
        radians(from.longitude_deg) + atan2(sin(bearing) * sin(angle) * cos(latitude),
                                            cos(angle) - sin(latitude) * sin(to_latitude));
    double longitude_deg = bearing_normalised(degrees(to_longitude) + 180.0) - 180.0;
    return (struct position){.latitude_deg = degrees(to_latitude), .longitude_deg = longitude_deg};
}

double geodesy_cross_track_nm(struct position point, struct position start, struct position end)
{
    double angle = angular_distance(start, point);
    double difference =
        radians(geodesy_bearing_deg(start, point) - geodesy_bearing_deg(start, end));
    return GEODESY_EARTH_RADIUS_NM * asin(sin(angle) * sin(difference));
}

double geodesy_along_track_nm(struct position point, struct position start, struct position end)
{
    double angle = angular_distance(start, point);
    double difference =
        radians(geodesy_bearing_deg(start, point) - geodesy_bearing_deg(start, end));
    return GEODESY_EARTH_RADIUS_NM * atan2(sin(angle) * cos(difference), cos(angle));
}

bool geodesy_in_polygon(struct position point, const struct position *ring, size_t count)
{
    bool inside = false;
    if (count < 3)
        return false;
    for (size_t i = 0, j = count - 1; i < count; j = i++) {
        bool straddles = (ring[i].latitude_deg > point.latitude_deg) !=
                         (ring[j].latitude_deg > point.latitude_deg);
        if (!straddles)
            continue;
        double share = (point.latitude_deg - ring[i].latitude_deg) /
                       (ring[j].latitude_deg - ring[i].latitude_deg);
        double crossing_deg =
            ring[i].longitude_deg + share * (ring[j].longitude_deg - ring[i].longitude_deg);
        if (point.longitude_deg < crossing_deg)
            inside = !inside;
    }
    return inside;
}
